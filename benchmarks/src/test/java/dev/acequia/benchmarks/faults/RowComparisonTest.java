package dev.acequia.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The checker of append mode finds what was planted, and nothing else. */
class RowComparisonTest {
  private final MadeUpHistory history = new MadeUpHistory();

  @Test
  void findsNothingWhereEachRecordHasItsRow() throws Exception {
    var findings =
        history
            .record(0, 0, 1)
            .record(0, 2, 2)
            .record(1, 0, 3)
            .row(1, 0, 3)
            .row(0, 2, 2)
            .row(0, 0, 1)
            .compareRows();
    assertThat(findings.first()).isEmpty();
    assertThat(findings.compared()).isEqualTo(3);
  }

  @Test
  void findsARecordWithoutARow() throws Exception {
    MadeUpHistory.assertOne(
        history.record(0, 0, 1).record(0, 1, 2).row(0, 0, 1).compareRows(),
        Finding.Kind.LOST,
        "offset 1 of partition 0");
  }

  @Test
  void findsARecordWithTwoRows() throws Exception {
    MadeUpHistory.assertOne(
        history.record(0, 0, 1).row(0, 0, 1).row(0, 0, 1).compareRows(),
        Finding.Kind.DUPLICATE,
        "offset 0 of partition 0");
  }

  @Test
  void findsARowWithoutARecord() throws Exception {
    MadeUpHistory.assertOne(
        history.record(0, 0, 1).row(0, 0, 1).row(0, 7, 9).compareRows(),
        Finding.Kind.DUPLICATE,
        "offset 7");
  }

  @Test
  void findsARowOfAPartitionThatThereIsNot() throws Exception {
    MadeUpHistory.assertOne(
        history.row(5, 0, 1).compareRows(), Finding.Kind.DUPLICATE, "partition 5");
  }

  @Test
  void findsARepeatThatWasStoredAgain() throws Exception {
    MadeUpHistory.assertOne(
        history.keyed(1).record(0, 0, 1).record(0, 1, 1).row(0, 0, 1).row(0, 1, 1).compareRows(),
        Finding.Kind.DUPLICATE,
        "offset 0");
  }

  @Test
  void takesAnyOfTheRecordsWithOneKey() throws Exception {
    var findings = history.keyed(1).record(0, 0, 1).record(0, 1, 1).row(0, 1, 1).compareRows();
    assertThat(findings.first()).isEmpty();
    assertThat(findings.repeated()).isEqualTo(1);
  }

  @Test
  void findsWhatWasLostOfAFormerTopic() throws Exception {
    MadeUpHistory.assertOne(
        history
            .record(0, 0, 1)
            .record(0, 1, 2)
            .recreate()
            .record(0, 0, 3)
            .row(0, 0, 1)
            .row(0, 0, 3)
            .compareRows(),
        Finding.Kind.LOST,
        "offset 1");
  }

  @Test
  void findsWhatAZombieOfAFormerTopicStoredAgain() throws Exception {
    MadeUpHistory.assertOne(
        history.record(0, 0, 1).recreate().row(0, 0, 1).row(0, 0, 1).compareRows(),
        Finding.Kind.DUPLICATE,
        "offset 0");
  }

  /** Those stored before the migration have no value, and that is no fault. */
  @Test
  void findsARowThatAZombieOfAFormerSchemaWrote() throws Exception {
    MadeUpHistory.assertOne(
        history
            .record(0, 4, 1)
            .record(0, 5, 2)
            .record(0, 6, 3)
            .addField(Map.of(0, 5L))
            .row(0, 4, null, 1, 0)
            .row(0, 5, null, 2, 1)
            .row(0, 6, null, 3, 0)
            .compareRows(),
        Finding.Kind.WRONG,
        "offset 6");
  }
}
