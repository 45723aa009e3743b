package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.acequia.contract.ReplayOrder;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.operator.status.PipelineStatus;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PipelinePlanTest {
  private static final PlatformConfig PLATFORM =
      PlatformConfig.parse("{runtimeImage: 'runtime:2', kafka: {bootstrapServers: 'kafka:9092'}}");
  private static final Facts.Topic TOPIC = new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAQ", 6);

  private static final String ACCEPTED =
      "{\"topicId\":\"AAAAAAAAAAAAAAAAAAAAAQ\",\"to\":\"latest\"}";

  private final Known known = new Known();

  @Test
  void hasNoWorkloadBeforeTheTopic() {
    known.topic = null;
    var plan = plan(pipeline());
    assertThat(plan.definitionMap()).isNull();
    assertThat(plan.migration()).isNull();
    assertThat(plan.objects()).extracting("kind").contains("ServiceAccount", "Service", "Secret");
  }

  @Test
  void migratesBeforeAnythingRuns() {
    var plan = plan(pipeline());
    assertThat(plan.migration()).isNotNull();
    assertThat(plan.migrated()).isFalse();
    assertThat(plan.consumer()).isNull();
    assertThat(plan.api()).isNull();
  }

  @Test
  void keepsTheLiveReleaseButFollowsTheScaleUntilTheMigrationSucceeds() {
    known.live = new Release("flights-definition-old", "runtime:1", "flights-writer", "0ld");
    var pipeline = pipeline();
    var plan = plan(pipeline);
    assertThat(Release.of(Objects.requireNonNull(plan.consumer()))).contains(known.live);
    assertThat(plan.definitionsInUse()).contains("flights-definition-old").hasSize(2);

    known.succeeded = Set.of(job(plan));
    var after = plan(pipeline);
    assertThat(Release.of(Objects.requireNonNull(after.consumer())).orElseThrow().image())
        .isEqualTo("runtime:2");
    assertThat(after.definitionsInUse()).hasSize(1);
  }

  /** Pods that are replaced meanwhile could not log on. */
  @Test
  void keepsTheLogOnToKafkaWhileItIsNotKnown() {
    var platform =
        PlatformConfig.parse(
            """
            runtimeImage: 'runtime:2'
            kafka: {bootstrapServers: 'kafka:9092', topicProvider: strimzi, strimzi: {namespace: kafka, cluster: main}}
            """);
    known.live = new Release("flights-definition-old", "runtime:1", "flights-writer", "0ld");
    var plan = PipelinePlan.of(pipeline(), platform, known.facts());
    assertThat(plan.migration()).isNull();
    var consumer = Objects.requireNonNull(plan.consumer());
    assertThat(Release.of(consumer)).contains(known.live);
    assertThat(consumer.getSpec().getTemplate().getSpec().getVolumes())
        .filteredOn(volume -> volume.getSecret() != null)
        .extracting(volume -> volume.getSecret().getSecretName())
        .containsExactly("flights-kafka");
  }

  /** A Pod that starts finds a password that Kafka knows, or waits for one. */
  @Test
  void aPasswordThatKafkaHasYetToTakeIsNotMounted() {
    var platform =
        PlatformConfig.parse(
            """
            runtimeImage: 'runtime:2'
            kafka: {bootstrapServers: 'kafka:9092', secretName: admin, users: scram-sha-512}
            """);
    var former = KafkaCredentials.scram("user", "former", "PEM");
    var next = KafkaCredentials.scram("user", "next", "PEM");
    known.kafka =
        new KafkaLogins(
            new KafkaLogins.Login(former, next, new SecretVersion("read", "7")),
            new KafkaLogins.Login(null, next, null),
            false);
    var plan = PipelinePlan.of(pipeline(), platform, known.facts());
    assertThat(secret(plan, "flights-kafka-consumer"))
        .isEqualTo(
            Map.of("kafka.properties", former.properties(), "next.properties", next.properties()));
    assertThat(secret(plan, "flights-kafka-api"))
        .isEqualTo(Map.of("next.properties", next.properties()));
    assertThat(plan.objects())
        .filteredOn(one -> one.getMetadata().getName().equals("flights-kafka-consumer"))
        .extracting(HasMetadata::getMetadata)
        .extracting(ObjectMeta::getUid, ObjectMeta::getResourceVersion)
        .containsExactly(tuple("read", "7"));
    assertThat(plan.migration()).isNull();

    known.kafka = new KafkaLogins(next, next, true);
    var taken = PipelinePlan.of(pipeline(), platform, known.facts());
    assertThat(secret(taken, "flights-kafka-consumer"))
        .isEqualTo(Map.of("kafka.properties", next.properties()));
    var volumes =
        Objects.requireNonNull(taken.migration()).getSpec().getTemplate().getSpec().getVolumes();
    assertThat(volumes)
        .filteredOn(volume -> volume.getSecret() != null)
        .flatExtracting(volume -> volume.getSecret().getItems())
        .extracting(KeyToPath::getKey)
        .containsExactly("kafka.properties");
  }

  private static Map<String, String> secret(PipelinePlan plan, String name) {
    return plan.objects().stream()
        .filter(one -> one.getMetadata().getName().equals(name))
        .map(one -> ((Secret) one).getData())
        .findFirst()
        .orElseThrow()
        .entrySet()
        .stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry ->
                    new String(
                        Base64.getDecoder().decode(entry.getValue()), StandardCharsets.UTF_8)));
  }

  @Test
  void givesSecretsAsFilesOnly() {
    var pipeline = pipeline();
    known.succeeded = Set.of(job(plan(pipeline)));
    var plan = plan(pipeline);
    var pods =
        List.of(
            Objects.requireNonNull(plan.migration()).getSpec().getTemplate().getSpec(),
            Objects.requireNonNull(plan.consumer()).getSpec().getTemplate().getSpec(),
            Objects.requireNonNull(plan.api()).getSpec().getTemplate().getSpec());
    assertThat(pods)
        .flatExtracting(PodSpec::getContainers)
        .flatExtracting(Container::getEnv)
        .filteredOn(variable -> variable.getValueFrom() != null)
        .extracting(EnvVar::getName)
        .containsOnly("POD_NAME");
    assertThat(pods)
        .allSatisfy(
            pod ->
                assertThat(SecretFile.secretOf(RuntimeVariable.STORE_PASSWORD, pod.getVolumes()))
                    .isPresent());
  }

  @Test
  void migratesAnewForWhatTheTableDependsOn() {
    var job = job(plan(pipeline()));
    known.topic = new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAg", 6);
    assertThat(job(plan(pipeline()))).isNotEqualTo(job);
    known.topic = new Facts.Topic(TOPIC.id(), 12);
    assertThat(job(plan(pipeline()))).isNotEqualTo(job);
    known.topic = TOPIC;
    known.storeHash = "changed";
    assertThat(job(plan(pipeline()))).isNotEqualTo(job);
  }

  @Test
  void rollsOutADescriptionWithoutAMigration() {
    var plan = plan(pipeline());
    var described = pipeline("description: Departures");
    assertThat(job(plan(described))).isEqualTo(job(plan));
    assertThat(plan(described).definitionsInUse()).isNotEqualTo(plan.definitionsInUse());
  }

  /** The variable is not part of the Job's name, so recording the word starts no migration. */
  @Test
  void tellsALaterMigrationThatAWordWasApplied() {
    var pipeline = pipeline();
    accept(pipeline, ACCEPTED);
    var first = plan(pipeline);
    assertThat(variables(first)).doesNotContainKey("ACEQUIA_OFFSETS_APPLIED");

    pipeline.setStatus(
        new DataPipelineStatus(
            null, List.of(), null, null, null, null, null, null, null, ACCEPTED, null));
    var later = plan(pipeline);
    assertThat(variables(later)).containsEntry("ACEQUIA_OFFSETS_APPLIED", "true");
    assertThat(job(later)).isEqualTo(job(first));
    assertThat(later.definitionsInUse()).isEqualTo(first.definitionsInUse());

    accept(pipeline, ACCEPTED.replace("latest", "earliest"));
    assertThat(variables(plan(pipeline))).doesNotContainKey("ACEQUIA_OFFSETS_APPLIED");
  }

  @Test
  void takesAPersonsWordOnlyForTheTopicItNames() {
    var pipeline = pipeline();
    accept(pipeline, ACCEPTED);
    assertThat(Objects.requireNonNull(plan(pipeline).definition()).acceptedOffsets()).isNotNull();
    known.topic = new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAg", 6);
    assertThat(Objects.requireNonNull(plan(pipeline).definition()).acceptedOffsets()).isNull();
  }

  @Test
  void tellsTheConsumerOfAReplayAndNobodyElse() {
    var pipeline = pipeline();
    known.succeeded = Set.of(job(plan(pipeline)));
    var before = plan(pipeline);
    known.replays =
        List.of(
            Serialization.unmarshal(
                """
                metadata: {name: again, namespace: ops, uid: u1, creationTimestamp: "2026-11-23T00:00:00Z"}
                spec: {pipeline: flights, from: {earliest: true}}
                status: {topicId: AAAAAAAAAAAAAAAAAAAAAQ, partitions: [{partition: 3, from: 5, to: 9}]}
                """,
                DataPipelineReplay.class));
    var after = plan(pipeline);
    var release = Release.of(Objects.requireNonNull(after.consumer())).orElseThrow();
    assertThat(release.replay())
        .isEqualTo(new ReplayOrder("u1", null, TOPIC.id(), false, Map.of(3, 5L), Map.of()));
    assertThat(after.api()).isEqualTo(before.api());
    assertThat(job(after)).isEqualTo(job(before));
    assertThat(after.definitionMap()).isEqualTo(before.definitionMap());
  }

  @Test
  void allowsARewriteForTheSchemaThatWasNamedOnly() {
    var before = plan(pipeline());
    var hash = Objects.requireNonNull(before.definition()).schema().hash();
    assertThat(variables(before))
        .containsEntry("STORE_REWRITE_LIMIT", "1073741824")
        .doesNotContainKey("STORE_ALLOWED_REWRITE");

    var pipeline = pipeline();
    pipeline.getMetadata().setAnnotations(Map.of("acequia.dev/allow-rewrite", hash));
    var allowed = plan(pipeline);
    assertThat(variables(allowed)).containsEntry("STORE_ALLOWED_REWRITE", hash);
    assertThat(job(allowed)).isNotEqualTo(job(before));
    assertThat(allowed.definitionsInUse()).isEqualTo(before.definitionsInUse());

    pipeline.getMetadata().setAnnotations(Map.of("acequia.dev/allow-rewrite", "0123456789abcdef"));
    assertThat(job(plan(pipeline))).isEqualTo(job(before));
    assertThat(variables(plan(pipeline))).doesNotContainKey("STORE_ALLOWED_REWRITE");
  }

  /** The version is no part of the Job's name, so an edit alone starts no migration. */
  @Test
  void startsTheMigrationsAboveTheGenerationsOfFormerOperators() {
    var pipeline = pipeline();
    var job = job(plan(pipeline));
    pipeline.getMetadata().setGeneration(7L);
    assertThat(variables(plan(pipeline))).containsEntry("ACEQUIA_SPEC_VERSION", "uid/8");
    assertThat(job(plan(pipeline))).isEqualTo(job);

    note(pipeline, plan(pipeline));
    pipeline.getMetadata().setGeneration(20L);
    assertThat(variables(plan(pipeline))).containsEntry("ACEQUIA_SPEC_VERSION", "uid/8");
  }

  /** Kubernetes raises the generation for none of these. */
  @Test
  void raisesTheVersionForEachOtherMigration() {
    var pipeline = pipeline();
    pipeline.getMetadata().setGeneration(1L);
    note(pipeline, plan(pipeline));
    assertThat(variables(plan(pipeline))).containsEntry("ACEQUIA_SPEC_VERSION", "uid/2");

    accept(pipeline, ACCEPTED);
    assertThat(variables(plan(pipeline))).containsEntry("ACEQUIA_SPEC_VERSION", "uid/3");
    note(pipeline, plan(pipeline));

    known.storeHash = "changed";
    assertThat(variables(plan(pipeline))).containsEntry("ACEQUIA_SPEC_VERSION", "uid/4");
    note(pipeline, plan(pipeline));

    var image =
        PlatformConfig.parse(
            "{runtimeImage: 'runtime:3', kafka: {bootstrapServers: 'kafka:9092'}}");
    var upgraded = PipelinePlan.of(pipeline, image, known.facts());
    assertThat(variables(upgraded)).containsEntry("ACEQUIA_SPEC_VERSION", "uid/5");
    note(pipeline, upgraded);

    assertThat(variables(plan(pipeline)))
        .as("the former image again")
        .containsEntry("ACEQUIA_SPEC_VERSION", "uid/6");
  }

  private static void accept(DataPipeline pipeline, String offsets) {
    pipeline.getMetadata().setAnnotations(Map.of("acequia.dev/accept-offsets", offsets));
  }

  private static void note(DataPipeline pipeline, PipelinePlan plan) {
    pipeline.setStatus(PipelineStatus.beforeMigration(pipeline.getStatus(), plan));
  }

  private static Map<String, String> variables(PipelinePlan plan) {
    return Objects.requireNonNull(plan.migration())
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getEnv()
        .stream()
        .filter(variable -> variable.getValue() != null)
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  @Test
  void noConsumersAreASuspensionAndSaySo() {
    var none = plan(pipeline("consumer: {replicas: 0}", "topic: {retention: 3d}")).consumerScale();
    assertThat(none.replicas()).isZero();
    assertThat(Objects.requireNonNull(none.stopped()))
        .returns("NoConsumers", ConsumerScale.Stop::reason)
        .returns(
            "spec.consumer.replicas is 0, so nothing is loaded: records stay in the topic and are"
                + " lost to its retention after 3d. Set spec.consumer.replicas to 1 or more to load"
                + " them.",
            ConsumerScale.Stop::message);
    assertThat(plan(pipeline("consumer: {replicas: 2}")).consumerScale())
        .isEqualTo(new ConsumerScale(2, null));
  }

  private PipelinePlan plan(DataPipeline pipeline) {
    return PipelinePlan.of(pipeline, PLATFORM, known.facts());
  }

  private static String job(PipelinePlan plan) {
    return Objects.requireNonNull(plan.migration()).getMetadata().getName();
  }

  private static DataPipeline pipeline(String... more) {
    return Serialization.unmarshal(
        """
        metadata: {name: flights, namespace: ops}
        spec:
          schema: {fields: [{name: flight, type: int32, required: true}]}
          store: {postgres: {secretName: warehouse}}
          %s
        """
            .formatted(String.join("\n  ", more)),
        DataPipeline.class);
  }

  /** The facts of a test, one changed at a time. */
  private static final class Known {
    private Facts.@Nullable Topic topic = TOPIC;
    private String storeHash = "hash";
    private Set<String> succeeded = Set.of();
    private @Nullable Release live;
    private List<DataPipelineReplay> replays = List.of();
    private @Nullable KafkaLogins kafka;

    Facts facts() {
      return new Facts(
          "uid",
          topic,
          new Facts.StoreSecret("postgresql://db/warehouse", storeHash),
          new Facts.Login("writer", "password", "writer-hash"),
          new Facts.Login("reader", "password", "reader-hash"),
          kafka,
          succeeded,
          live,
          live,
          new Facts.Replays(replays, null));
    }
  }
}
