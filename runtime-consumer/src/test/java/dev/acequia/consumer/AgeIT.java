package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.header;
import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordHeader;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer that starts on tables in which very much has expired, as after a long standstill. The
 * size is {@code -Dage.entries}, and large with {@code -Pfull}.
 */
@Isolated("compares how fast two loads are")
class AgeIT {
  private static final Logger LOG = LoggerFactory.getLogger(AgeIT.class);

  private static final long ENTRIES = Long.getLong("age.entries", 200_000);
  private static final long ENTRIES_AT_ONCE = 1_000_000;
  private static final int RECORDS = 100_000;
  private static final int MARKED_EVERY = 10;

  private static final Duration FIRST_RECORDS = Duration.ofSeconds(60);

  /** Both run on whatever the machine has left; a load that stands still is beyond any bound. */
  private static final double SLOWEST = 0.05;

  @Test
  void loadsAtOnceAndAtFullRateWhileVeryMuchIsForgotten() throws Exception {
    try (var fresh = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.UPSERT, 2);
        var aged = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.UPSERT, 2)) {
      var marks = aged.offsetsTable().replace("offsets", "idempotency");
      var deletions = aged.offsetsTable().replace("offsets", "deleted");
      for (var from = 1L; from <= ENTRIES; from += ENTRIES_AT_ONCE) {
        var series =
            " FROM generate_series(%d, %d) i"
                .formatted(from, Math.min(ENTRIES, from + ENTRIES_AT_ONCE - 1));
        aged.rows(
            "INSERT INTO "
                + marks
                + " (key, index, generation, partition, \"offset\", hash, seen_at) SELECT"
                + " lpad(to_hex(i), 32, '0')::uuid, 0, 1, 0, i, lpad(to_hex(i), 32, '0')::uuid,"
                + " now() - interval '2 days'"
                + series);
        aged.rows(
            "INSERT INTO "
                + deletions
                + " (id, _generation, _partition, _offset, deleted_at) SELECT"
                + " -i, 1, i % 2, i, now() - interval '100 days'"
                + series);
      }

      var freshRate = rate(fresh, "fresh");
      var agedRate = rate(aged, "aged");
      LOG.info(
          "{} expired marks and deletions each: {} records/s, without them {}",
          ENTRIES,
          Math.round(agedRate),
          Math.round(freshRate));
      assertThat(agedRate / freshRate).isGreaterThan(SLOWEST);

      // And that they are forgotten meanwhile.
      for (var table : new String[] {marks, deletions}) {
        TestPipeline.await()
            .until(
                () ->
                    aged.rows(
                            "SELECT FROM "
                                + table
                                + " WHERE ctid < '(8,0)' AND "
                                + (table.equals(marks) ? "seen_at" : "deleted_at")
                                + " < now() - interval '1 day' LIMIT 1")
                        .isEmpty());
      }
      assertThat(
              aged.rows(
                  "SELECT count(*) FROM "
                      + aged.offsetsTable().replace("offsets", "generations")
                      + " WHERE forgotten_before > 0"))
          .containsExactly("2");
    }
  }

  /** How many records a second a consumer's process stores, from the first on. */
  private static double rate(TestPipeline pipeline, String pod) throws Exception {
    for (var id = 0; id < RECORDS; id++) {
      if (id % MARKED_EVERY == 0) {
        pipeline.send(
            id % 2,
            "[" + id + "]",
            record(id, "x"),
            header(RecordHeader.IDEMPOTENCY_SCOPE, "a"),
            header(RecordHeader.IDEMPOTENCY_KEY, "push-" + id),
            header(RecordHeader.IDEMPOTENCY_INDEX, "0"));
      } else {
        pipeline.send(id % 2, "[" + id + "]", record(id, "x"));
      }
    }
    pipeline.flush();
    var process = pipeline.startProcess(pod);
    var read = "SELECT coalesce(sum(next_offset), 0) FROM " + pipeline.offsetsTable();
    Awaitility.await()
        .atMost(FIRST_RECORDS)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> Long.parseLong(pipeline.rows(read).getFirst()) > 0);
    var began = System.nanoTime();
    var first = Long.parseLong(pipeline.rows(read).getFirst());
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> Long.parseLong(pipeline.rows(read).getFirst()) == RECORDS);
    var seconds = (System.nanoTime() - began) / 1e9;
    assertThat(pipeline.count()).isEqualTo(RECORDS);
    assertThat(process.isAlive()).as(() -> pod + " ended").isTrue();
    return (RECORDS - first) / seconds;
  }
}
