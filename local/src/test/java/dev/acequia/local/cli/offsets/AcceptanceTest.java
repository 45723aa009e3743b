package dev.acequia.local.cli.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.local.CommandException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AcceptanceTest {
  @Test
  void saysHowManyRecordsAreReadAgain() {
    var acceptance = Acceptance.of(topic(partition(0, 100, 5000, 4000L)), 0, "1500");

    assertThat(acceptance.accepted()).isEqualTo(new AcceptedOffsets("topic-id", 0, "1500"));
    assertThat(acceptance.consequences())
        .containsExactly(
            "partition 0: read on from offset 1500, 3,500 to the end; 2,500 are read again");
  }

  @Test
  void saysHowManyRecordsAreSkipped() {
    var acceptance =
        Acceptance.of(
            topic(partition(0, 0, 5000, 4000L), partition(1, 0, 10, 10L)), null, "latest");

    assertThat(acceptance.accepted()).isEqualTo(new AcceptedOffsets("topic-id", null, "latest"));
    assertThat(acceptance.consequences())
        .containsExactly(
            "partition 0: read on from offset 5000, 0 to the end; 1,000 not yet read are skipped",
            "partition 1: read on from offset 10, 0 to the end; that is where it stands");
  }

  @Test
  void countsFromTheLogsStartWhenNobodyKnowsWhereItStood() {
    var recreated = topic(partition(0, 0, 50, null));
    var truncated = topic(partition(0, 30, 50, 10L));

    assertThat(Acceptance.of(recreated, 0, "earliest").consequences())
        .containsExactly(
            "partition 0: read on from offset 0, 50 to the end; nothing before it in the log");
    assertThat(Acceptance.of(truncated, 0, "40").consequences())
        .containsExactly(
            "partition 0: read on from offset 40, 10 to the end; 10 before it are skipped, unless"
                + " stored already");
  }

  @Test
  void refusesWhatTheTopicDoesNotHave() {
    var topic = topic(partition(0, 100, 200, 150L), partition(1, 0, 10, 10L));

    assertThatThrownBy(() -> Acceptance.of(topic, 0, "99"))
        .isInstanceOf(CommandException.class)
        .hasMessage("offset 99 lies outside the log of partition 0, which holds 100 to 200");
    assertThatThrownBy(() -> Acceptance.of(topic, 7, "earliest"))
        .hasMessage("topic default.flights has no partition 7, but 0 to 1");
    assertThatThrownBy(() -> Acceptance.of(topic, null, "5"))
        .hasMessageContaining("say which with --partition");
    assertThatThrownBy(() -> Acceptance.of(topic, 0, "newest"))
        .hasMessage("--to: offset 'newest': use earliest, latest or a number");
  }

  private static TopicState topic(PartitionState... partitions) {
    return new TopicState("default.flights", "topic-id", List.of(partitions));
  }

  private static PartitionState partition(
      int number, long start, long end, @Nullable Long committed) {
    return new PartitionState(number, start, end, committed);
  }
}
