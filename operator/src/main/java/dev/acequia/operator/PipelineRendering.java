package dev.acequia.operator;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.Change;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.KafkaCredentials;
import dev.acequia.operator.plan.KafkaLogins;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.plan.PlanStep;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.store.StorePlan;
import dev.acequia.operator.validate.SpecValidation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the operator would create for a pipeline, without a cluster: the plan for a world in which
 * the topic is there, the migration has succeeded and each password is a placeholder.
 */
public final class PipelineRendering {
  /** Of all sorts of pipelines, one that every platform takes. */
  private static final String EXAMPLE =
      """
      apiVersion: acequia.dev/v1alpha1
      kind: DataPipeline
      metadata: {name: example}
      spec:
        schema: {key: [id], fields: [{name: id, type: int32, required: true}]}
        store: %s
        topic: %s
        consumer: {mode: upsert}
        api: {auth: {apiKeysSecretName: example}}
      """;

  private static final String PLACEHOLDER = "generated-by-the-operator";

  private PipelineRendering() {}

  /**
   * All objects, in the order of their life. A pipeline without a namespace is rendered for {@code
   * default}.
   *
   * @throws IllegalArgumentException when the operator would refuse the spec; the message holds a
   *     line for each violation
   */
  public static List<HasMetadata> render(DataPipeline pipeline, PlatformConfig platform) {
    return plan(pipeline, platform).objects();
  }

  /**
   * The kinds of object that the operator makes in a pipeline's namespace, whatever its store: what
   * it has to watch, and may write.
   */
  static List<Class<? extends HasMetadata>> kinds(PlatformConfig platform) {
    return examples(platform)
        .flatMap(plan -> plan.steps().stream())
        .filter(step -> !(step instanceof PlanStep.Topics))
        .<Class<? extends HasMetadata>>map(step -> step.object().getClass())
        .distinct()
        .toList();
  }

  /**
   * A fingerprint of the platform's part in what pipelines run: of the Pods of pipelines that do
   * not exist. Configuration and templates that change no Pod do not change it.
   */
  static String release(PlatformConfig platform) {
    return Change.ofPods(examples(platform).flatMap(plan -> plan.objects().stream()));
  }

  /** A plan for each kind of store. */
  private static Stream<PipelinePlan> examples(PlatformConfig platform) {
    var topic = platform.kafka().takesOwnUsers() ? "{kafkaSecretName: example}" : "{}";
    return StorePlan.EXAMPLES.stream()
        .map(store -> Serialization.unmarshal(EXAMPLE.formatted(store, topic), DataPipeline.class))
        .map(pipeline -> plan(pipeline, platform));
  }

  private static KafkaLogins logins(PipelineNames names, PlatformConfig platform) {
    return platform.kafka().makesUsers()
        ? new KafkaLogins(
            login(names.kafkaUser(Component.CONSUMER, platform.installation())),
            login(names.kafkaUser(Component.API, platform.installation())),
            true)
        : KafkaLogins.ofAll(login(names.kafkaUser()));
  }

  private static KafkaCredentials login(String user) {
    return KafkaCredentials.scram(user, PLACEHOLDER, PLACEHOLDER);
  }

  private static PipelinePlan plan(DataPipeline pipeline, PlatformConfig platform) {
    if (pipeline.getMetadata().getNamespace() == null) {
      pipeline.getMetadata().setNamespace("default");
    }
    var violations = SpecValidation.of(pipeline, platform);
    if (!violations.isEmpty()) {
      throw new IllegalArgumentException(SpecValidation.sentence(violations));
    }
    var topic = new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAA", pipeline.getSpec().topic().partitions());
    var login = new Facts.Login(PLACEHOLDER, PLACEHOLDER, "");
    var facts =
        new Facts(
            null,
            topic,
            new Facts.StoreSecret("taken-from-the-secret", ""),
            login,
            login,
            platform.kafka().logsOn() ? logins(PipelineNames.of(pipeline), platform) : null,
            Set.of(),
            null,
            null,
            Facts.Replays.NONE);
    var migration = PipelinePlan.of(pipeline, platform, facts).newestMigration();
    if (migration == null) {
      throw new IllegalStateException("these facts lack nothing that a migration needs");
    }
    return PipelinePlan.of(pipeline, platform, facts.withSucceeded(migration.job()));
  }
}
