package dev.acequia.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The checker of upsert mode finds what was planted, and nothing else. */
class KeyComparisonTest {
  private static final @Nullable Long DELETION = null;

  private final MadeUpHistory history = new MadeUpHistory();

  @Test
  void findsNothingWhereEachKeyHasItsLastRecord() throws Exception {
    var findings =
        history
            .record(0, 0, 2, 1L, 1)
            .record(0, 1, 2, 2L, 1)
            .record(1, 0, 3, 3L, 1)
            .record(1, 1, 3, DELETION, 0)
            .row(0, 1, 2, 2, 0)
            .compareKeys();
    assertThat(findings.first()).isEmpty();
    assertThat(findings.compared()).isEqualTo(4);
  }

  @Test
  void findsAKeyWithoutARow() throws Exception {
    MadeUpHistory.assertOne(
        history.record(0, 0, 2, 1L, 1).compareKeys(), Finding.Kind.LOST, "key 2");
  }

  @Test
  void findsADeletedKeyThatReturned() throws Exception {
    MadeUpHistory.assertOne(
        history
            .record(0, 0, 2, 1L, 1)
            .record(0, 1, 2, DELETION, 0)
            .row(0, 0, 2, 1, 0)
            .compareKeys(),
        Finding.Kind.RETURNED,
        "key 2");
  }

  @Test
  void findsAKeyThatNobodySent() throws Exception {
    MadeUpHistory.assertOne(
        history.row(0, 0, 2, 1, 0).compareKeys(), Finding.Kind.DUPLICATE, "key 2");
  }

  @Test
  void findsAnOlderRecordOverANewerOne() throws Exception {
    MadeUpHistory.assertOne(
        history.record(0, 0, 2, 1L, 1).record(0, 1, 2, 2L, 1).row(0, 0, 2, 1, 0).compareKeys(),
        Finding.Kind.WRONG,
        "key 2");
  }

  @Test
  void findsARecordOfAFormerTopicOverOneOfThis() throws Exception {
    MadeUpHistory.assertOne(
        history
            .record(0, 9, 2, 1L, 1)
            .recreate()
            .record(0, 0, 2, 2L, 1)
            .row(0, 9, 2, 1, 0)
            .compareKeys(),
        Finding.Kind.WRONG,
        "key 2");
  }

  @Test
  void findsAKeyThatAZombieOfAFormerTopicBroughtBack() throws Exception {
    MadeUpHistory.assertOne(
        history
            .record(0, 9, 2, 1L, 1)
            .recreate()
            .record(0, 0, 2, DELETION, 0)
            .row(0, 9, 2, 1, 0)
            .compareKeys(),
        Finding.Kind.RETURNED,
        "key 2");
  }

  @Test
  void findsARowThatAZombieOfAFormerSchemaWrote() throws Exception {
    MadeUpHistory.assertOne(
        history
            .record(0, 4, 2, 1L, 1)
            .record(0, 5, 4, 2L, 1)
            .addField(Map.of(0, 5L))
            .row(0, 4, 2, 1, 0)
            .row(0, 5, 4, 2, 0)
            .compareKeys(),
        Finding.Kind.WRONG,
        "key 4");
  }
}
