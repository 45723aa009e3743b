package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.RolloutStatus;
import dev.acequia.operator.observe.AccessSecrets;
import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.observe.Observation.MigrationState;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.Rollout;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NextLookTest {
  private static final TopicState TAKEN = new TopicState.Refused("NameTaken", "another's");
  private static final TopicState PRESENT =
      new TopicState.Present(new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAQ", 1), null);
  private static final RolloutStatus REST = RolloutStatus.atRest("v1", "r1", "g.e", null, null);
  private static final Rollout.Step GO = new Rollout.Step.Go(REST);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T12:00:00Z"));
  private final AtomicReference<Double> chance = new AtomicReference<>(0.5);
  private final NextLook looks = new NextLook(now::get, chance::get);
  private final DataPipeline pipeline = pipeline();

  @Test
  void whatWaitsForAPersonIsLookedAtEverLessOften() {
    assertThat(look(TAKEN)).contains(Duration.ofSeconds(10));
    pass(Duration.ofSeconds(10));
    assertThat(look(TAKEN)).contains(Duration.ofSeconds(10));
    pass(Duration.ofSeconds(110));
    assertThat(look(TAKEN)).contains(Duration.ofMinutes(1));
    // However often an event brings it meanwhile.
    assertThat(look(TAKEN)).contains(Duration.ofMinutes(1));
    pass(Duration.ofHours(1));
    assertThat(look(TAKEN)).contains(Duration.ofMinutes(10));
  }

  @Test
  void aFleetThatBeganToWaitAtOnceDoesNotLookAtOnce() {
    look(TAKEN);
    pass(Duration.ofHours(1));
    chance.set(0.0);
    assertThat(look(TAKEN)).contains(Duration.ofMinutes(8));
    chance.set(1.0);
    assertThat(look(TAKEN)).contains(Duration.ofMinutes(12));
  }

  @Test
  void anEditAnAnnotationAndAnotherTroubleBeginAnew() {
    look(TAKEN);
    pass(Duration.ofHours(1));
    pipeline.getMetadata().setGeneration(2L);
    assertThat(look(TAKEN)).contains(Duration.ofSeconds(10));
    pass(Duration.ofHours(1));
    pipeline.getMetadata().setAnnotations(Map.of("acequia.dev/accepted", "now"));
    assertThat(look(TAKEN)).contains(Duration.ofSeconds(10));
    pass(Duration.ofHours(1));
    assertThat(look(new TopicState.Refused("TopicMissing", "create it")))
        .contains(Duration.ofSeconds(10));
    pass(Duration.ofHours(1));
    assertThat(look(PRESENT)).isEmpty();
    assertThat(look(TAKEN)).contains(Duration.ofSeconds(10));
    pass(Duration.ofHours(1));
    looks.forget(PipelineNames.of(pipeline));
    assertThat(look(TAKEN)).contains(Duration.ofSeconds(10));
    pass(Duration.ofHours(-1)); // its clock is set back
    assertThat(look(TAKEN)).contains(Duration.ofSeconds(10));
  }

  @Test
  void whatKafkaMayMendByItselfIsSeenWithinAMinute() {
    var unreachable = new TopicState.Missing("KafkaUnreachable", "the controller");
    look(unreachable);
    pass(Duration.ofHours(1));
    assertThat(look(unreachable)).contains(Duration.ofMinutes(1));
  }

  @Test
  void soIsAJobWithoutAPodAndWhoWaitsForOthers() {
    var withoutPod = new MigrationState.Running("job", false, "exceeded quota");
    var behind =
        new Rollout.Step.Wait(REST, new Rollout.Reason.AfterOthers(), Rollout.Subject.RELEASE);
    look(PRESENT, withoutPod, GO);
    pass(Duration.ofHours(1));
    assertThat(look(PRESENT, withoutPod, GO)).contains(Duration.ofMinutes(10));
    var withPod = new MigrationState.Running("job", true, null);
    assertThat(look(PRESENT, withPod, GO)).isEmpty();
    assertThat(look(PRESENT, withPod, behind)).contains(Duration.ofSeconds(10));
    pass(Duration.ofHours(1));
    assertThat(look(PRESENT, withPod, behind)).contains(Duration.ofMinutes(10));
  }

  @Test
  void whatGoesOnByItselfIsLookedAtSoon() {
    var failed = new MigrationState.Failed("job", "it crashed");
    for (var i = 0; i < 2; i++) {
      assertThat(look(PRESENT, failed, GO)).contains(Duration.ofSeconds(10));
      assertThat(look(PRESENT, null, new Rollout.Step.Renew(REST)))
          .contains(Duration.ofSeconds(10));
      pass(Duration.ofHours(1));
    }
  }

  private void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }

  private Optional<Duration> look(TopicState topic) {
    return look(topic, null, GO);
  }

  private Optional<Duration> look(
      TopicState topic, @Nullable MigrationState migration, Rollout.Step step) {
    var access = new AccessSecrets("", List.of(), List.of());
    return looks.after(
        pipeline,
        new Observation(topic, List.of(), access, migration, null, null, null, null),
        step);
  }

  private static DataPipeline pipeline() {
    var pipeline = new DataPipeline();
    pipeline.getMetadata().setNamespace("ops");
    pipeline.getMetadata().setName("flights");
    pipeline.getMetadata().setGeneration(1L);
    return pipeline;
  }
}
