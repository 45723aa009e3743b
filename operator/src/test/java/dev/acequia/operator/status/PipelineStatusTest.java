package dev.acequia.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Termination;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.RolloutStatus;
import dev.acequia.operator.observe.AccessSecrets;
import dev.acequia.operator.observe.LastWord;
import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.observe.Observation.DeploymentState;
import dev.acequia.operator.observe.Observation.MigrationState;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.Rollout;
import dev.acequia.operator.validate.Violation;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipelineStatusTest {
  private static final PlatformConfig PLATFORM =
      PlatformConfig.parse(
          """
          runtimeImage: runtime:1
          kafka: {bootstrapServers: "kafka:9092"}
          exposure: {type: NodePort, host: 127.0.0.1}
          """);
  private static final Facts.Topic TOPIC = new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAQ", 6);
  private static final DeploymentState UP = new DeploymentState(true, 1, 1, 1, 1, 1, 1, null, null);
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private static final Rollout.Step CURRENT =
      new Rollout.Step.Go(RolloutStatus.atRest("v", "r", "e", null, null));
  private static final Rollout.Step TAKEN =
      new Rollout.Step.Go(
          RolloutStatus.atRest("v", "r", "e", null, null)
              .in(RolloutStatus.State.UPDATING, "r", NOON.toString(), true));
  private static final AccessSecrets NO_SECRETS = new AccessSecrets("", List.of(), List.of());

  private final DataPipeline pipeline = pipeline("");
  private final PipelinePlan plan = migratedPlan(pipeline);
  private final MigrationState done = new MigrationState.Succeeded("flights-migrate-1");

  @Test
  void isReadyWhenEveryStageIs() {
    var status = status(null, seen(done, UP, UP));
    assertThat(condition(status, "Ready"))
        .returns("True", Condition::getStatus)
        .returns(7L, Condition::getObservedGeneration);
    assertThat(status.endpoint()).isEqualTo("http://127.0.0.1:30123");
    assertThat(status.schemaHash()).hasSize(16);
    assertThat(Objects.requireNonNull(status.consumer()).selector())
        .isEqualTo(
            "app.kubernetes.io/name=acequia-pipeline,app.kubernetes.io/instance=flights,"
                + "app.kubernetes.io/component=consumer");
    assertThat(Conditions.of(status.conditions(), "Stalled")).isEmpty();
    assertThat(condition(status, "Protected").getStatus()).isEqualTo("False");
  }

  @Test
  void isNotReadyForTheFirstStageThatIsNot() {
    var rolling = new DeploymentState(true, 2, 3, 1, 0, 2, 2, null, "Pod x: ImagePullBackOff");
    var status = status(null, seen(done, rolling, rolling));
    assertThat(condition(status, "Ready").getReason()).isEqualTo("RollingOut");
    assertThat(condition(status, "Ready").getMessage())
        .isEqualTo("0 of 2 consumer Pods are ready in the newest version: Pod x: ImagePullBackOff");
  }

  @Test
  void saysOfPodsThatFellThatTheyAreNotReady() {
    var fallen =
        new DeploymentState(true, 2, 2, 2, 1, 1, 1, null, "Pod x ended with exit code 137");
    var status = status(null, seen(done, fallen, UP));
    assertThat(condition(status, "Ready").getReason()).isEqualTo("PodsNotReady");
    assertThat(condition(status, "Ready").getMessage())
        .isEqualTo("1 of 2 consumer Pods are ready: Pod x ended with exit code 137");
  }

  @Test
  void sitsStillForAPersonWithTheProcessesOwnWords() {
    var refused =
        new MigrationState.Refused(
            "flights-migrate-1",
            new LastWord(Termination.Reason.StoreRefused, "The Pod x said: “permission denied”"));
    var status = status(null, seen(refused, null, null));
    assertThat(condition(status, "StoreReady").getReason()).isEqualTo("StoreRefused");
    assertThat(condition(status, "StoreReady").getMessage())
        .startsWith("The Pod x said: “permission denied”. Grant or change in the store")
        .contains("kubectl delete job -n ops flights-migrate-1");
    assertThat(condition(status, "Stalled").getMessage())
        .isEqualTo(
            "The Pod x said: “permission denied”. Grant or change in the store what it asks for.");
  }

  @Test
  void storeIsNotReadyThatRefusesTheConsumer() {
    var word = new LastWord(Termination.Reason.StoreRefused, "The Pod x said: “no such table”");
    var refused = new DeploymentState(true, 1, 1, 1, 0, 0, 0, word, word.text());
    var status = status(null, seen(done, refused, UP));
    assertThat(condition(status, "StoreReady").getStatus()).isEqualTo("False");
    assertThat(condition(status, "StoreReady").getMessage())
        .startsWith("The Pod x said: “no such table”. Grant");
    assertThat(condition(status, "ConsumerReady").getReason()).isEqualTo("StoreRefused");
  }

  @Test
  void apiIsNotReadyThatCannotRead() {
    var seen =
        new Observation(
            new TopicState.Present(TOPIC, null),
            List.of(),
            NO_SECRETS,
            done,
            UP,
            UP,
            "The API Pod x said: “permission denied”",
            30123);
    var status = status(null, seen);
    assertThat(condition(status, "ApiReady").getReason()).isEqualTo("CannotRead");
    assertThat(condition(status, "Ready").getMessage())
        .isEqualTo("The API Pod x said: “permission denied”. It takes records in meanwhile.");
    assertThat(PipelineStatus.unreadable(status)).isEqualTo(seen.unreadable());
    assertThat(PipelineStatus.unreadable(status(null, seen(done, UP, UP)))).isNull();
  }

  /** The migration may be changing exactly that. */
  @Test
  void aFormerConsumersRefusalAsksForNobodyDuringAMigration() {
    var word = new LastWord(Termination.Reason.StoreRefused, "The Pod x said: “no such column”");
    var refused = new DeploymentState(true, 1, 1, 1, 0, 0, 0, word, word.text());
    var running = new MigrationState.Running("flights-migrate-2", true, null);
    var status = status(null, seen(running, refused, UP));
    assertThat(Conditions.of(status.conditions(), "Stalled")).isEmpty();
    assertThat(condition(status, "ConsumerReady").getReason()).isNotEqualTo("StoreRefused");
  }

  /** Trouble with Kafka or Kubernetes does not solve what waits for a person. */
  @Test
  void staysStalledWhileReconcilesFail() {
    var refused =
        new MigrationState.Refused(
            "flights-migrate-1", new LastWord(Termination.Reason.StoreRefused, "no right"));
    var stalled = status(null, seen(refused, null, null));
    var failed = PipelineStatus.failed(pipeline, stalled, PLATFORM, "no answer", NOON);
    assertThat(PipelineStatus.isStalled(failed)).isTrue();
  }

  /** What runs goes on, and the operator could not look at it. */
  @Test
  void nobodyKnowsWhetherItIsReadyWhileReconcilesFail() {
    var ready = status(null, seen(done, UP, UP));
    var failed = PipelineStatus.failed(pipeline, ready, PLATFORM, "no answer", NOON.plusSeconds(9));
    assertThat(condition(failed, "Ready"))
        .returns("Unknown", Condition::getStatus)
        .returns("ReconcileFailed", Condition::getReason)
        .returns("no answer", Condition::getMessage);
    assertThat(condition(failed, "ApiReady")).isEqualTo(condition(ready, "ApiReady"));
    assertThat(PipelineStatus.isUnseen(failed)).isTrue();
    assertThat(PipelineStatus.isUnseen(ready)).isFalse();
  }

  /** Else it would be the first to try a new release, and its failure would stop the others. */
  @Test
  void aPipelineWhoseReconcilesFailIsNotReadyForAnUpdate() {
    var failed = PipelineStatus.failed(pipeline, null, PLATFORM, "no answer", NOON);
    assertThat(PipelineStatus.notReadySince(failed)).isEqualTo(NOON.toString());
  }

  @Test
  void saysThatAnAdoptedTopicIsNotChanged() {
    var adopting = pipeline("  topic: {name: orders, adopt: true, partitions: 12, retention: 1d}");
    var status =
        PipelineStatus.of(
            adopting, null, PLATFORM, migratedPlan(adopting), CURRENT, seen(done, UP, UP), NOON);
    assertThat(condition(status, "TopicReady"))
        .returns("True", Condition::getStatus)
        .returns("Adopted", Condition::getReason);
    assertThat(condition(status, "TopicReady").getMessage())
        .contains("orders", "partitions: 6", "Neither partitions nor retention");
    assertThat(status.topic()).isEqualTo("orders");
  }

  /** What runs goes on with the topic it has. */
  @Test
  void isStalledWhenTheTopicIsAnothers() {
    var refused = new TopicState.Refused("NameTaken", "Topic ops.flights belongs to another");
    var status =
        PipelineStatus.of(
            pipeline,
            null,
            PLATFORM,
            plan,
            CURRENT,
            new Observation(refused, List.of(), NO_SECRETS, done, UP, UP, null, 30123),
            NOON);
    for (var type : List.of("Ready", "TopicReady", "Stalled")) {
      assertThat(condition(status, type).getReason()).as(type).isEqualTo("NameTaken");
    }
    assertThat(condition(status, "ConsumerReady").getStatus()).isEqualTo("True");
  }

  /** Nobody mends it by itself, and its alert would end and begin anew. */
  @Test
  void staysStalledForItsTopicWhileKafkaIsSilent() {
    var refused = status(null, seenTopic(new TopicState.Refused("NameTaken", "another's")));
    var asked = status(refused, seenTopic(new TopicState.Unanswered(null, false, null)));
    var silent = status(asked, seenTopic(new TopicState.Unanswered(NOON, false, null)));
    for (var status : List.of(asked, silent)) {
      assertThat(condition(status, "Stalled")).isEqualTo(condition(refused, "Stalled"));
    }
    assertThat(condition(silent, "TopicReady").getReason()).isEqualTo("KafkaSilent");
    var still = status(silent, seenTopic(new TopicState.Unanswered(NOON, false, null)));
    assertThat(PipelineStatus.isStalled(still)).isTrue();
    assertThat(PipelineStatus.isStalled(status(still, seen(done, UP, UP)))).isFalse();

    pipeline.getMetadata().setGeneration(8L);
    var edited = status(silent, seenTopic(new TopicState.Unanswered(NOON, false, null)));
    assertThat(PipelineStatus.isStalled(edited)).as("an edit may have mended it").isFalse();
  }

  @Test
  void saysWhetherKafkaWasAskedOrIsAskedAfterOthers() {
    var asked = status(null, seenTopic(new TopicState.Unanswered(null, false, null)));
    assertThat(condition(asked, "TopicReady"))
        .returns("AskingKafka", Condition::getReason)
        .returns("Kafka was asked about topic ops.flights", Condition::getMessage);
    var inLine = status(null, seenTopic(new TopicState.Unanswered(null, true, null)));
    assertThat(condition(inLine, "TopicReady"))
        .returns("AskingKafka", Condition::getReason)
        .returns(
            "Kafka has yet to be asked about topic ops.flights; other questions are before it",
            Condition::getMessage);
  }

  /** The topic was there all the time. */
  @Test
  void isNotStalledForANameInKubernetesThatIsFreeAgain() {
    var ready = status(null, seen(done, UP, UP));
    var taken = PipelineStatus.stalled(pipeline, ready, "NameTaken", "Service flights", NOON);
    var free = status(taken, seenTopic(new TopicState.Unanswered(NOON, false, null)));
    assertThat(PipelineStatus.isStalled(free)).isFalse();
  }

  @Test
  void movesTheTimeOfTransitionOnlyWithTheValue() {
    var first = status(null, seen(done, UP, UP));
    var later =
        PipelineStatus.of(
            pipeline, first, PLATFORM, plan, CURRENT, seen(done, UP, UP), NOON.plusSeconds(60));
    assertThat(later).isEqualTo(first);
    var broken =
        PipelineStatus.of(
            pipeline, first, PLATFORM, plan, CURRENT, seen(done, null, UP), NOON.plusSeconds(60));
    assertThat(condition(broken, "Ready").getLastTransitionTime())
        .isEqualTo("2026-01-01T12:01:00Z");
    assertThat(condition(broken, "ApiReady").getLastTransitionTime())
        .isEqualTo("2026-01-01T12:00:00Z");
  }

  @Test
  void isNotReadyWhileItIsDeleted() {
    var former = status(null, seen(done, UP, UP));
    var dying = PipelineStatus.deleting(pipeline, former, NOON);
    assertThat(condition(dying, "Ready"))
        .returns("False", Condition::getStatus)
        .returns("Deleting", Condition::getReason);
    assertThat(dying.endpoint()).isEqualTo(former.endpoint());
    var updating = former.with(TAKEN.status());
    assertThat(PipelineStatus.deleting(pipeline, updating, NOON).rollout())
        .isEqualTo(RolloutStatus.atRest("v", "r", "e", null, null));
  }

  @Test
  void keepsWhatIsKnownOfItsMigrationWhileItWaits() {
    var former = status(null, seen(done, UP, UP));
    assertThat(former.migration()).isNotNull();
    var waits = held(former, pipeline);
    assertThat(waits)
        .returns(former.migration(), DataPipelineStatus::migration)
        .returns(former.schemaHash(), DataPipelineStatus::schemaHash)
        .returns(former.store(), DataPipelineStatus::store);
    assertThat(condition(waits, "Ready").getStatus()).isEqualTo("True");
    assertThat(condition(waits, "Updating"))
        .returns("False", Condition::getStatus)
        .returns("WaitingForSlot", Condition::getReason);
    // Nothing at all is known of one of an older operator.
    assertThat(held(null, pipeline).migration()).isNull();
  }

  /** Going back to a former release would mend neither of the other two. */
  @ParameterizedTest
  @CsvSource({
    "RELEASE, go back to the former one, Nothing else is needed",
    "STORE_SECRET, fix the Secret of each, release a corrected version",
    "KAFKA_CERTIFICATE, fix the certificate, release a corrected version",
    "KAFKA_PASSWORD, their users in Kafka, fix the Secret of each",
    "TOPIC, ./acequia offsets accept, fix the Secret of each"
  })
  void saysWhatMendsTheChangeThatIsStopped(
      Rollout.Subject subject, String advice, String otherAdvice) {
    var waits =
        new Rollout.Step.Wait(
            RolloutStatus.atRest("v", "r", "e", null, null),
            new Rollout.Reason.Stopped(List.of("ops/a", "ops/b")),
            subject);
    var status =
        PipelineStatus.of(
            pipeline, null, PLATFORM, plan.held(null, true), waits, seen(done, UP, UP), NOON);
    assertThat(condition(status, "Updating").getReason()).isEqualTo("RolloutStopped");
    assertThat(condition(status, "Updating").getMessage())
        .contains("ops/a, ops/b", advice)
        .doesNotContain(otherAdvice);
  }

  @Test
  void saysWithWhatItFailed() {
    var failed =
        new Rollout.Step.Go(
            RolloutStatus.atRest("v", "r", "e", null, null)
                .in(RolloutStatus.State.FAILED, "c", NOON.toString(), true));
    var status =
        PipelineStatus.of(pipeline, null, PLATFORM, plan, failed, seen(done, null, UP), NOON);
    assertThat(condition(status, "Updating").getMessage())
        .startsWith(
            "With the new contents of a Secret that the spec names the pipeline was not ready");
  }

  /** The Pods that wait may be older than the edit that closed the API. */
  @Test
  void isNotProtectedForTheFirstTimeWhileItWaits() {
    var closed = pipeline("  api: {auth: {apiKeysSecretName: keys}}");
    var open = status(null, seen(done, UP, UP));
    assertThat(condition(held(open, closed), "Protected"))
        .returns("False", Condition::getStatus)
        .returns("RollingOut", Condition::getReason);
    var before =
        protectedStatus("{auth: {apiKeysSecretName: keys}}", null, seenWith(NO_SECRETS, UP));
    assertThat(condition(held(before, closed), "Protected").getStatus()).isEqualTo("True");
  }

  /** The Pods go on taking the keys of before. */
  @Test
  void namesTheKeysInForceWhileAnEditOfThemWaits() {
    var before =
        protectedStatus("{auth: {apiKeysSecretName: keys}}", null, seenWith(NO_SECRETS, UP));
    var edited = pipeline("  api: {auth: {apiKeysSecretName: others}}");
    assertThat(condition(held(before, edited), "Protected"))
        .returns("True", Condition::getStatus)
        .extracting(Condition::getMessage)
        .asString()
        .contains("'keys'");
  }

  @Test
  void saysThatNothingIsLoadedWithoutConsumers() {
    var idle = pipeline("  consumer: {replicas: 0}");
    var down = new DeploymentState(true, 0, 0, 0, 0, 0, 0, null, null);
    var status =
        PipelineStatus.of(
            idle, null, PLATFORM, migratedPlan(idle), CURRENT, seen(done, down, UP), NOON);
    for (var type : List.of("Ready", "ConsumerReady")) {
      assertThat(condition(status, type))
          .returns("True", Condition::getStatus)
          .returns("NoConsumers", Condition::getReason);
      assertThat(condition(status, type).getMessage()).contains("lost to its retention");
    }
  }

  @Test
  void refusedSpecKeepsWhatWasSeenOfTheFormerOne() {
    var former = status(null, seen(done, UP, UP));
    pipeline.getMetadata().setGeneration(8L);
    var refused =
        PipelineStatus.refused(
            pipeline, former, List.of(new Violation("spec.api.host", "remove it")), NOON);
    assertThat(condition(refused, "Ready").getReason()).isEqualTo("InvalidSpec");
    assertThat(condition(refused, "Stalled").getMessage()).isEqualTo("spec.api.host: remove it");
    assertThat(condition(refused, "ApiReady").getObservedGeneration()).isEqualTo(7);
    assertThat(refused.observedGeneration()).isEqualTo(8);
    assertThat(refused.endpoint()).isEqualTo(former.endpoint());
  }

  @Test
  void namesWhatTheSpecRefersToInVain() {
    var status =
        PipelineStatus.of(
            pipeline,
            null,
            PLATFORM,
            plan,
            CURRENT,
            new Observation(
                new TopicState.Present(TOPIC, null),
                List.of("Secret 'warehouse' does not exist"),
                NO_SECRETS,
                null,
                null,
                null,
                null,
                null),
            NOON);
    assertThat(condition(status, "Ready").getReason()).isEqualTo("SecretMissing");
  }

  @Test
  void aTableWhoseMigrationIsGoneIsNotCalledReadyWhileThePipelineWaits() {
    var status = held(null, pipeline, seen(null, UP, UP));
    assertThat(condition(status, "StoreReady"))
        .returns("False", Condition::getStatus)
        .returns("MigrationGone", Condition::getReason);
    assertThat(condition(status, "Ready").getStatus()).isEqualTo("False");
  }

  private DataPipelineStatus held(@Nullable DataPipelineStatus former, DataPipeline held) {
    return held(former, held, seen(done, UP, UP));
  }

  private DataPipelineStatus held(
      @Nullable DataPipelineStatus former, DataPipeline held, Observation seen) {
    var waiting =
        new Rollout.Step.Wait(
            RolloutStatus.atRest("v", "r", "e", null, null)
                .in(RolloutStatus.State.WAITING, "r2", NOON.toString(), true),
            new Rollout.Reason.NoSlot(),
            Rollout.Subject.RELEASE);
    return PipelineStatus.of(
        held, former, PLATFORM, migratedPlan(held).held(null, true), waiting, seen, NOON);
  }

  private DataPipelineStatus status(@Nullable DataPipelineStatus former, Observation seen) {
    return PipelineStatus.of(pipeline, former, PLATFORM, plan, CURRENT, seen, NOON);
  }

  private static Condition condition(DataPipelineStatus status, String type) {
    return Conditions.of(status.conditions(), type).orElseThrow();
  }

  private static Observation seen(
      @Nullable MigrationState migration,
      @Nullable DeploymentState consumer,
      @Nullable DeploymentState api) {
    return new Observation(
        new TopicState.Present(TOPIC, null),
        List.of(),
        NO_SECRETS,
        migration,
        consumer,
        api,
        null,
        30123);
  }

  private Observation seenTopic(TopicState topic) {
    return new Observation(topic, List.of(), NO_SECRETS, done, UP, UP, null, 30123);
  }

  private static Observation seenWith(AccessSecrets secrets, @Nullable DeploymentState api) {
    return new Observation(
        new TopicState.Present(TOPIC, null),
        List.of(),
        secrets,
        new MigrationState.Succeeded("flights-migrate-1"),
        UP,
        api,
        null,
        30123);
  }

  /** The status of a pipeline whose API has this spec. */
  private static DataPipelineStatus protectedStatus(
      String api, @Nullable DataPipelineStatus former, Observation seen) {
    var pipeline = pipeline("  api: " + api);
    return PipelineStatus.of(
        pipeline, former, PLATFORM, migratedPlan(pipeline), CURRENT, seen, NOON);
  }

  @Test
  void saysWhatCallersNeed() {
    var keys = protectedStatus("{auth: {apiKeysSecretName: keys}}", null, seenWith(NO_SECRETS, UP));
    assertThat(condition(keys, "Protected"))
        .returns("True", Condition::getStatus)
        .returns("ApiKeys", Condition::getReason)
        .returns("Callers need an API key of Secret 'keys'", Condition::getMessage);
    assertThat(PipelineStatus.isProtected(keys)).isTrue();
    assertThat(keys.endpoint()).isEqualTo("http://127.0.0.1:30123");

    var all =
        protectedStatus(
            "{auth: {apiKeysSecretName: keys, oidc: {issuer: 'https://i.example.com', audience: a}},"
                + " tls: {secretName: tls, clientCaSecretName: ca}}",
            null,
            seenWith(new AccessSecrets("v", List.of(), List.of("Entry 'x' is odd")), UP));
    assertThat(condition(all, "Protected").getMessage())
        .isEqualTo(
            "Callers need a certificate of Secret 'ca' and an API key of Secret 'keys' or a token"
                + " of https://i.example.com. Entry 'x' is odd");
    assertThat(all.endpoint()).isEqualTo("https://127.0.0.1:30123");

    var certificates =
        protectedStatus(
            "{tls: {secretName: tls, clientCaSecretName: ca}}", null, seenWith(NO_SECRETS, UP));
    assertThat(condition(certificates, "Protected"))
        .returns("ClientCertificates", Condition::getReason)
        .returns("Callers need a certificate of Secret 'ca'", Condition::getMessage);
    var tls = protectedStatus("{tls: {secretName: tls}}", null, seenWith(NO_SECRETS, UP));
    assertThat(condition(tls, "Protected").getReason()).isEqualTo("Open");
  }

  @Test
  void isNotProtectedWhileOpenPodsServe() {
    var keys = "{auth: {apiKeysSecretName: keys}}";
    var open = status(null, seen(done, UP, UP));
    var rolling = new DeploymentState(true, 1, 2, 1, 1, 1, 1, null, null);
    var during = protectedStatus(keys, open, seenWith(NO_SECRETS, rolling));
    assertThat(condition(during, "Protected"))
        .returns("False", Condition::getStatus)
        .returns("RollingOut", Condition::getReason);
    var after = protectedStatus(keys, during, seenWith(NO_SECRETS, UP));
    assertThat(condition(after, "Protected").getStatus()).isEqualTo("True");
    // From then on every Pod asks, so a later rollout changes nothing.
    var later = protectedStatus(keys, after, seenWith(NO_SECRETS, rolling));
    assertThat(condition(later, "Protected").getStatus()).isEqualTo("True");
  }

  @Test
  void apiIsNotReadyWhileNobodyCanCallIt() {
    var nobody = new AccessSecrets("keys:absent", List.of("Nobody can call the API"), List.of());
    var status = protectedStatus("{auth: {apiKeysSecretName: keys}}", null, seenWith(nobody, UP));
    assertThat(condition(status, "ApiReady"))
        .returns("False", Condition::getStatus)
        .returns("SecretMissing", Condition::getReason)
        .returns("Nobody can call the API", Condition::getMessage);
    assertThat(condition(status, "Protected").getStatus()).isEqualTo("True");
  }

  private static DataPipeline pipeline(String more) {
    return Serialization.unmarshal(
        """
        metadata: {name: flights, namespace: ops, generation: 7}
        spec:
          schema: {fields: [{name: flight, type: int32, required: true}]}
          store: {postgres: {secretName: warehouse}}
        """
            + more,
        DataPipeline.class);
  }

  private static PipelinePlan migratedPlan(DataPipeline pipeline) {
    var login = new Facts.Login("role", "password", "hash");
    var facts =
        new Facts(
            "uid",
            TOPIC,
            new Facts.StoreSecret("postgresql://db/warehouse", "hash"),
            login,
            login,
            null,
            Set.of(),
            null,
            null,
            Facts.Replays.NONE);
    var job = PipelinePlan.of(pipeline, PLATFORM, facts).migration();
    return PipelinePlan.of(
        pipeline,
        PLATFORM,
        facts.withSucceeded(Objects.requireNonNull(job).getMetadata().getName()));
  }
}
