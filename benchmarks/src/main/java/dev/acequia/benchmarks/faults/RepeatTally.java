package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.faults.TopicReader.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Records that were sent more than once with the same idempotency key: one of them has a row. A key
 * is remembered for a day by the database's clock; what was sent on both sides of a jump of that
 * clock may be there once more.
 */
final class RepeatTally {
  /** How long a record may be on its way into the table. */
  private static final Duration LAG = Duration.ofMinutes(3);

  private final List<Instant> jumps;
  private final Map<Long, Sent> byId = new HashMap<>();

  private static final class Sent {
    private final Read first;
    private long earliest;
    private long latest;
    private int records;
    private int rows;

    Sent(Read first) {
      this.first = first;
      earliest = first.sentMillis();
      latest = first.sentMillis();
    }
  }

  RepeatTally(List<Instant> jumps) {
    this.jumps = List.copyOf(jumps);
  }

  void record(Read record) {
    var sent = byId.computeIfAbsent(record.id(), id -> new Sent(record));
    sent.records++;
    sent.earliest = Math.min(sent.earliest, record.sentMillis());
    sent.latest = Math.max(sent.latest, record.sentMillis());
  }

  /** A row of one of them. */
  void row(long id) {
    var sent = byId.get(id);
    if (sent != null) {
      sent.rows++;
    } else {
      early.merge(id, 1, Integer::sum);
    }
  }

  private final Map<Long, Integer> early = new HashMap<>();

  void report(Findings findings) {
    byId.forEach(
        (id, sent) -> {
          var rows = sent.rows + early.getOrDefault(id, 0);
          findings.repeated(sent.records - 1);
          if (rows == 0) {
            findings.add(
                Finding.Kind.LOST,
                where(sent),
                "no row for id %d, which was sent %d times".formatted(id, sent.records));
          } else if (rows > 1 && isAcrossAJump(sent)) {
            findings.repeatedAcrossAJump(rows - 1);
          } else if (rows > 1) {
            findings.add(
                Finding.Kind.DUPLICATE,
                where(sent),
                "%d rows of id %d, which was sent %d times with one idempotency key"
                    .formatted(rows, id, sent.records));
          }
        });
  }

  private boolean isAcrossAJump(Sent sent) {
    return jumps.stream()
        .mapToLong(Instant::toEpochMilli)
        .anyMatch(jump -> sent.earliest <= jump && jump <= sent.latest + LAG.toMillis());
  }

  private static String where(Sent sent) {
    return RowComparison.place(sent.first.partition(), sent.first.offset());
  }
}
