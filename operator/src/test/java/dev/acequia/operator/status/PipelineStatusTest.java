package dev.acequia.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Termination;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.observe.Observation.DeploymentState;
import dev.acequia.operator.observe.Observation.MigrationState;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.validate.Violation;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PipelineStatusTest {
  private static final PlatformConfig PLATFORM =
      PlatformConfig.parse(
          """
          runtimeImage: runtime:1
          kafka: {bootstrapServers: "kafka:9092"}
          exposure: {type: NodePort, host: 127.0.0.1}
          """);
  private static final Facts.Topic TOPIC = new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAQ", 6);
  private static final DeploymentState UP = new DeploymentState(true, 1, 1, 1, 1, 1, null, null);
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final DataPipeline pipeline =
      Serialization.unmarshal(
          """
          metadata: {name: flights, namespace: ops, generation: 7}
          spec:
            schema: {fields: [{name: flight, type: int32, required: true}]}
            store: {postgres: {secretName: warehouse}}
          """,
          DataPipeline.class);
  private final PipelinePlan plan = migratedPlan();
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
    var rolling = new DeploymentState(true, 2, 3, 1, 2, 2, null, "Pod x: ImagePullBackOff");
    var status = status(null, seen(done, rolling, rolling));
    assertThat(condition(status, "Ready").getReason()).isEqualTo("RollingOut");
    assertThat(condition(status, "Ready").getMessage())
        .isEqualTo("1 of 2 consumer Pods are ready in the newest version: Pod x: ImagePullBackOff");
  }

  @Test
  void saysOfPodsThatFellThatTheyAreNotReady() {
    var fallen = new DeploymentState(true, 2, 2, 2, 1, 1, null, "Pod x ended with exit code 137");
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
            new Termination(Termination.Reason.StoreRefused, "permission denied for database"));
    var status = status(null, seen(refused, null, null));
    assertThat(condition(status, "StoreReady").getReason()).isEqualTo("StoreRefused");
    assertThat(condition(status, "StoreReady").getMessage())
        .startsWith("permission denied for database")
        .contains("kubectl delete job -n ops flights-migrate-1");
    assertThat(condition(status, "Stalled").getMessage())
        .isEqualTo("permission denied for database");
  }

  @Test
  void movesTheTimeOfTransitionOnlyWithTheValue() {
    var first = status(null, seen(done, UP, UP));
    var later =
        PipelineStatus.of(
            pipeline, first, PLATFORM, plan, seen(done, UP, UP), NOON.plusSeconds(60));
    assertThat(later).isEqualTo(first);
    var broken =
        PipelineStatus.of(
            pipeline, first, PLATFORM, plan, seen(done, null, UP), NOON.plusSeconds(60));
    assertThat(condition(broken, "Ready").getLastTransitionTime())
        .isEqualTo("2026-01-01T12:01:00Z");
    assertThat(condition(broken, "ApiReady").getLastTransitionTime())
        .isEqualTo("2026-01-01T12:00:00Z");
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
            new Observation(
                new TopicState.Present(TOPIC, null),
                List.of("Secret 'warehouse' does not exist"),
                null,
                null,
                null,
                null),
            NOON);
    assertThat(condition(status, "Ready").getReason()).isEqualTo("SecretMissing");
  }

  private DataPipelineStatus status(@Nullable DataPipelineStatus former, Observation seen) {
    return PipelineStatus.of(pipeline, former, PLATFORM, plan, seen, NOON);
  }

  private static Condition condition(DataPipelineStatus status, String type) {
    return Conditions.of(status.conditions(), type).orElseThrow();
  }

  private static Observation seen(
      MigrationState migration, @Nullable DeploymentState consumer, @Nullable DeploymentState api) {
    return new Observation(
        new TopicState.Present(TOPIC, null), List.of(), migration, consumer, api, 30123);
  }

  private PipelinePlan migratedPlan() {
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
            false);
    var job = PipelinePlan.of(pipeline, PLATFORM, facts).migration();
    return PipelinePlan.of(
        pipeline,
        PLATFORM,
        facts.withSucceeded(Objects.requireNonNull(job).getMetadata().getName()));
  }
}
