package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.ReplayMark;
import dev.acequia.crds.DataPipelineReplaySpec;
import dev.acequia.crds.ReplayedPartition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplayPlanTest {
  private final TreeMap<Integer, LogFacts.Partition> partitions = new TreeMap<>();

  private void log(
      int number, long beginning, long end, @Nullable Long committed, long atFrom, long atTo) {
    partitions.put(number, new LogFacts.Partition(beginning, end, committed, null, atFrom, atTo));
  }

  private ReplayPlan plan(String spec) {
    return ReplayPlan.of(
        Serialization.unmarshal("pipeline: flights\n" + spec, DataPipelineReplaySpec.class),
        new LogFacts("AAAAAAAAAAAAAAAAAAAAAQ", partitions));
  }

  private static ReplayPlan.Offsets offsets(ReplayedPartition... partitions) {
    return new ReplayPlan.Offsets(java.util.List.of(partitions));
  }

  private static ReplayedPartition part(int partition, long from, long to) {
    return new ReplayedPartition(partition, from, to);
  }

  @Test
  void beginsWithTheLogAndEndsWhereReadingIs() {
    log(0, 5, 100, 90L, 0, 0);
    log(1, 0, 7, 0L, 0, 0);
    var plan = plan("from: {earliest: true}");
    assertThat(plan).isEqualTo(offsets(part(0, 5, 90)));
    assertThat(((ReplayPlan.Offsets) plan).records()).isEqualTo(85);
  }

  @Test
  void turnsTimesIntoOffsets() {
    log(0, 5, 100, 90L, 30, 60);
    log(1, 0, 100, 90L, 95, 100);
    log(2, 0, 100, 50L, 30, 100);
    assertThat(plan("from: {time: \"2026-11-23T06:00:00Z\"}\nto: {time: \"2026-11-23T07:00:00Z\"}"))
        .isEqualTo(offsets(part(0, 30, 60), part(2, 30, 50)));
  }

  @Test
  void takesTheOffsetsOfThePartitionsThatAreListed() {
    log(0, 5, 100, 90L, 0, 0);
    log(1, 0, 100, 90L, 0, 0);
    log(2, 0, 100, null, 0, 0);
    assertThat(
            plan(
                "from: {offsets: [{partition: 0, offset: 5}, {partition: 1, offset: 8}]}\n"
                    + "to: {offsets: [{partition: 1, offset: 10}]}"))
        .isEqualTo(offsets(part(0, 5, 90), part(1, 8, 10)));
  }

  @Test
  void countsFromWhereReadingWasBeforeAnotherReplay() {
    partitions.put(
        0, new LogFacts.Partition(0, 100, 20L, new ReplayMark("other", 10, 50, 90), null, null));
    assertThat(plan("from: {offsets: [{partition: 0, offset: 60}]}"))
        .isEqualTo(offsets(part(0, 60, 90)));
  }

  @Test
  void waitsForConsumersThatHaveNotCommitted() {
    log(0, 5, 100, 90L, 0, 0);
    log(1, 0, 100, null, 0, 0);
    assertThat(plan("from: {earliest: true}"))
        .isEqualTo(new ReplayPlan.TooEarly(java.util.List.of(1)));
  }

  @Test
  void saysWhatTheLogDoesNotHold() {
    log(0, 5, 100, 90L, 0, 0);
    assertThat(problems("from: {offsets: [{partition: 0, offset: 4}, {partition: 9, offset: 0}]}"))
        .containsExactly(
            "spec.from.offsets: offset 4 lies outside the log of partition 0, which holds 5 to 100",
            "spec.from.offsets: there is no partition 9, the topic has 1");
    assertThat(problems("from: {offsets: [{partition: 0, offset: 95}]}"))
        .containsExactly(
            "partition 0 has been read up to offset 90, and a replay only goes back: begin before that");
    assertThat(
            problems(
                "from: {offsets: [{partition: 0, offset: 9}]}\nto: {offsets: [{partition: 0,"
                    + " offset: 101}]}"))
        .containsExactly(
            "spec.to.offsets: offset 101 lies outside the log of partition 0, which holds 5 to 100");
    assertThat(
            problems(
                "from: {offsets: [{partition: 0, offset: 9}]}\nto: {offsets: [{partition: 0,"
                    + " offset: 9}]}"))
        .containsExactly(
            "spec.to.offsets: partition 0 ends at offset 9, which is not after its beginning at 9");
  }

  private java.util.List<String> problems(String spec) {
    return ((ReplayPlan.OutsideLog) plan(spec)).problems();
  }
}
