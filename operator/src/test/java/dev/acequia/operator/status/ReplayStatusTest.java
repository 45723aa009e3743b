package dev.acequia.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.ReplayMark;
import dev.acequia.contract.ReplayOrder;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineReplayStatus;
import dev.acequia.crds.ReplayedPartition;
import dev.acequia.operator.plan.LogFacts;
import dev.acequia.operator.plan.ReplayPlan;
import dev.acequia.operator.validate.ReplayValidation;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplayStatusTest {
  private static final String TOPIC = "AAAAAAAAAAAAAAAAAAAAAQ";
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final ReplayOrder OWN =
      new ReplayOrder("own", null, TOPIC, false, Map.of(), Map.of());

  private final DataPipeline pipeline =
      Serialization.unmarshal("metadata: {name: flights, namespace: ops}", DataPipeline.class);
  private final TreeMap<Integer, LogFacts.Partition> partitions = new TreeMap<>();

  private static DataPipelineReplay replay(String name, boolean dryRun) {
    return Serialization.unmarshal(
        """
        metadata: {name: %1$s, namespace: ops, uid: %1$s, generation: 1}
        spec: {pipeline: flights, from: {earliest: true}, dryRun: %2$s}
        """
            .formatted(name, dryRun),
        DataPipelineReplay.class);
  }

  private static ReplayStatus of(@Nullable DataPipelineReplayStatus former) {
    return new ReplayStatus(replay("own", false), former, NOON);
  }

  private LogFacts log() {
    return new LogFacts(TOPIC, partitions);
  }

  private void seen(int partition, long committed, @Nullable ReplayMark mark) {
    partitions.put(partition, new LogFacts.Partition(0, 1000, committed, mark, null, null));
  }

  private static ReplayPlan.Offsets plan(int count) {
    return new ReplayPlan.Offsets(
        IntStream.range(0, count).mapToObj(i -> new ReplayedPartition(i, 10, 110)).toList());
  }

  private DataPipelineReplayStatus planned() {
    return of(null).planned(log(), plan(2));
  }

  private DataPipelineReplayStatus observed(@Nullable ReplayOrder inForce) {
    return of(planned()).observed(pipeline, log(), inForce);
  }

  private static Condition ready(DataPipelineReplayStatus status) {
    return Conditions.of(status.conditions(), "Ready").orElseThrow();
  }

  @Test
  void isPlannedBeforeAnybodyIsTold() {
    var status = planned();
    assertThat(ready(status))
        .returns("False", Condition::getStatus)
        .returns("Starting", Condition::getReason)
        .returns(1L, Condition::getObservedGeneration);
    assertThat(status.recordsDone()).isZero();
    assertThat(status.recordsTotal()).isEqualTo(200);
    assertThat(status.topicId()).isEqualTo(TOPIC);
    assertThat(ReplayStatus.hasEnded(status)).isFalse();
  }

  @Test
  void aDryRunSaysWhatItWouldReadAndIsDone() {
    var status = new ReplayStatus(replay("own", true), null, NOON).planned(log(), plan(12));
    assertThat(ready(status).getMessage())
        .startsWith("It would read 1,200 records again: partition 0 from offset 10 to 110, ")
        .endsWith("partition 9 from offset 10 to 110, and 2 more in status.partitions");
    assertThat(ReplayStatus.hasEnded(status)).isTrue();
    assertThat(status.partitions()).hasSize(12);
  }

  @Test
  void hasEndedWhereThereIsNothingToRead() {
    var status = of(null).planned(log(), plan(0));
    assertThat(ready(status).getReason()).isEqualTo("NothingToReplay");
    assertThat(ReplayStatus.hasEnded(status)).isTrue();
  }

  @Test
  void countsWhatConsumersCommittedUnderItsId() {
    seen(0, 60, new ReplayMark("own", 10, 110, 500));
    seen(1, 500, new ReplayMark("other", 0, 400, 400));
    var status = observed(OWN);
    assertThat(ready(status)).returns("Replaying", Condition::getReason);
    assertThat(ready(status).getMessage()).isEqualTo("50 of 200 records were read again");
    assertThat(status.recordsDone()).isEqualTo(50);
  }

  @Test
  void followsWhatAConsumerFoundWhenItBegan() {
    seen(0, 60, new ReplayMark("own", 20, 130, 130));
    seen(1, 500, null);
    var status = observed(OWN);
    assertThat(status.partitions())
        .containsExactly(new ReplayedPartition(0, 20, 130), new ReplayedPartition(1, 10, 110));
    assertThat(status.recordsTotal()).isEqualTo(210);
  }

  @Test
  void isReadyWhenEveryPartitionIsBack() {
    seen(0, 500, new ReplayMark("own", 10, 110, 500));
    seen(1, 110, new ReplayMark("own", 10, 110, 110));
    var status = observed(OWN);
    assertThat(ready(status))
        .returns("True", Condition::getStatus)
        .returns("Completed", Condition::getReason)
        .returns("200 records were read again", Condition::getMessage);
    assertThat(status.recordsDone()).isEqualTo(200);
  }

  @Test
  void waitsForAnotherAndSaysHowToCancelIt() {
    var status = of(planned()).behind(pipeline, replay("other", false));
    assertThat(ready(status))
        .returns("WaitingForReplay", Condition::getReason)
        .satisfies(
            condition ->
                assertThat(condition.getMessage()).contains("kubectl delete -n ops dpr/other"));
    assertThat(status.partitions()).isEqualTo(planned().partitions());
    assertThat(status.recordsDone()).isZero();
    assertThat(status.topicId()).isEqualTo(TOPIC);
  }

  /** Nobody has to ask Kafka how far it is then. */
  @Test
  void isBehindAnotherThatTheConsumersAreTold() {
    var other = new ReplayOrder("other", null, TOPIC, false, Map.of(), Map.of());
    var running = replay("other", false);
    assertThat(of(planned()).isBehind(other, running)).isTrue();
    assertThat(of(planned()).isBehind(other.cancel(), running)).isFalse();
    assertThat(of(planned()).isBehind(OWN, replay("own", false))).isFalse();
    assertThat(of(null).isBehind(other, running)).as("without a plan").isFalse();
    // Its own order may have ended with the former topic.
    var elsewhere = new ReplayOrder("other", null, "another", false, Map.of(), Map.of());
    assertThat(of(planned()).isBehind(elsewhere, running)).isFalse();
    running.setStatus(new ReplayStatus(running, null, NOON).planned(log(), plan(0)));
    assertThat(of(planned()).isBehind(other, running)).as("of one that has ended").isFalse();
  }

  @Test
  void isTheNextWhileTheConsumersAreToldOfNoOther() {
    seen(0, 500, null);
    seen(1, 500, null);
    assertThat(ready(observed(null))).returns("Starting", Condition::getReason);
    assertThat(ready(observed(OWN))).returns("Starting", Condition::getReason);
  }

  @Test
  void asksKafkaUnlessItHasEndedOrWaitsForAnother() {
    assertThat(ReplayStatus.asksKafka(null)).isTrue();
    assertThat(ReplayStatus.asksKafka(planned())).isTrue();
    assertThat(ReplayStatus.asksKafka(of(null).planned(log(), plan(0)))).isFalse();
    assertThat(ReplayStatus.asksKafka(of(planned()).behind(pipeline, replay("other", false))))
        .isFalse();
  }

  @Test
  void sitsStillWithItsPipelineAndKeepsItsProgress() {
    seen(0, 60, new ReplayMark("own", 10, 110, 500));
    seen(1, 500, null);
    pipeline.setStatus(
        Serialization.unmarshal(
            "conditions: [{type: Stalled, status: \"True\", message: mend the schema}]",
            dev.acequia.crds.DataPipelineStatus.class));
    var status = observed(OWN);
    assertThat(ready(status)).returns("PipelineStalled", Condition::getReason);
    assertThat(ready(status).getMessage()).endsWith("mend the schema");
    assertThat(ReplayStatus.isStalled(status)).isTrue();
    assertThat(status.recordsDone()).isEqualTo(50);

    var suspended =
        of(status).refused(new ReplayValidation.Refusal("PipelineSuspended", "set suspend"));
    assertThat(suspended.recordsDone()).isEqualTo(50);
    assertThat(suspended.partitions()).hasSize(2);
    assertThat(ReplayStatus.isStalled(suspended)).isTrue();
  }

  @Test
  void saysWhatIsWrongWithItsOffsets() {
    var status =
        of(null).planned(log(), new ReplayPlan.OutsideLog(List.of("partition 0 is short")));
    assertThat(ready(status)).returns("OffsetsOutsideLog", Condition::getReason);
    assertThat(ready(status).getMessage()).contains("partition 0 is short").contains("Delete");
    assertThat(ReplayStatus.isStalled(status)).isTrue();
    assertThat(status.recordsTotal()).isNull();
  }

  @Test
  void hasNoBusinessWithANewTopic() {
    var status = of(planned()).recreated(new LogFacts("AAAAAAAAAAAAAAAAAAAAAg", new TreeMap<>()));
    assertThat(ready(status)).returns("TopicRecreated", Condition::getReason);
    assertThat(ready(status).getMessage()).contains(TOPIC).contains("AAAAAAAAAAAAAAAAAAAAAg");
  }

  @Test
  void isTriedAgainWhileKafkaIsSilent() {
    var status = of(planned()).unreadable("Kafka does not answer");
    assertThat(ready(status)).returns("KafkaUnreachable", Condition::getReason);
    assertThat(ReplayStatus.isStalled(status)).isFalse();
    assertThat(status.partitions()).hasSize(2);
  }
}
