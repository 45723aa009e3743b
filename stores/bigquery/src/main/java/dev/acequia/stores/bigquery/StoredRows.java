package dev.acequia.stores.bigquery;

import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.client.Pauses;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.Columns;
import dev.acequia.stores.bigquery.table.TableNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the rows of append mode say of the load. */
final class StoredRows {
  private static final Logger LOG = LoggerFactory.getLogger(StoredRows.class);

  /** Looks for rows that a stream has taken, over some ten seconds. */
  private static final int LOOKS = 6;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  /** Ranges of offsets of one query. */
  private static final int RANGES = 200;

  /** Offsets that are further apart are looked for apart. */
  private static final long GAP = 10_000;

  private final Statements statements;
  private final String table;

  StoredRows(Statements statements, TableNames names) {
    this.statements = statements;
    table = Statements.name(names.data());
  }

  /**
   * The last record of a partition that is stored under a fence.
   *
   * @param epoch its leader's; null when it is not known
   * @param rows how many rows there are under that fence
   */
  record Last(long read, @Nullable Integer epoch, long rows) {}

  /** The last records under some fences, by partition. */
  Map<Integer, Last> last(Map<Integer, Long> fences) throws StoreUnavailableException {
    var found = new HashMap<Integer, Last>();
    if (fences.isEmpty()) {
      return found;
    }
    var where =
        fences.entrySet().stream()
            .map(
                one ->
                    "(%s = %d AND %s = %d)"
                        .formatted(Columns.PARTITION, one.getKey(), Columns.FENCE, one.getValue()))
            .collect(Collectors.joining(" OR "));
    var rows =
        statements.rows(
            "SELECT %1$s AS log, MAX(%2$s) AS last, ANY_VALUE(IFNULL(%3$s, -1) HAVING MAX %2$s) AS epoch, COUNT(*) AS stored FROM %4$s WHERE %5$s GROUP BY %1$s"
                .formatted(Columns.PARTITION, Columns.READ, Columns.EPOCH, table, where),
            Map.of());
    for (var row : rows) {
      var epoch = (int) row.get("epoch").getLongValue();
      found.put(
          (int) row.get("log").getLongValue(),
          new Last(
              row.get("last").getLongValue(),
              epoch < 0 ? null : epoch,
              row.get("stored").getLongValue()));
    }
    return found;
  }

  /**
   * The last records of a stream that has ended, when all that it took can be seen. Rows that a
   * person or an expiration removed do not come: after some seconds what is there has to do. What
   * stood behind it is stored again then, unless the state has a later position.
   *
   * @param count how many rows the stream has taken
   */
  Map<Integer, Last> last(PartitionState.Stream stream, long count)
      throws StoreUnavailableException {
    if (count == 0) {
      return Map.of();
    }
    var pause = FIRST_PAUSE;
    for (var look = 1; ; look++) {
      var found = last(stream.fences());
      var rows = found.values().stream().mapToLong(Last::rows).sum();
      if (rows >= count) {
        return found;
      }
      if (look == LOOKS) {
        LOG.warn(
            "{} of the {} rows of the stream {} are not in the table: somebody removed them, or they expired. Reading goes on after those that are there",
            count - rows,
            count,
            stream.name());
        return found;
      }
      Pauses.pause(pause);
      pause = pause.multipliedBy(2);
    }
  }

  /** Those of some records that are stored. */
  Set<Origin> find(List<Origin> origins) throws StoreUnavailableException {
    var ranges = ranges(origins);
    var wanted = Set.copyOf(origins);
    var offsets = origins.stream().map(Origin::offset).distinct().toList();
    var found = new HashSet<Origin>();
    for (var from = 0; from < ranges.size(); from += RANGES) {
      var some = ranges.subList(from, Math.min(from + RANGES, ranges.size()));
      var rows =
          statements.rows(
              "SELECT DISTINCT %1$s AS generation, %2$s AS log, %3$s AS place FROM %4$s WHERE (%5$s) AND %3$s IN UNNEST(@offsets)"
                  .formatted(
                      Columns.GENERATION,
                      Columns.PARTITION,
                      Columns.OFFSET,
                      table,
                      some.stream().map(Range::condition).collect(Collectors.joining(" OR "))),
              Map.of("offsets", ParameterLists.numbers(offsets, Long::longValue)));
      for (var row : rows) {
        var origin =
            new Origin(
                (int) row.get("generation").getLongValue(),
                (int) row.get("log").getLongValue(),
                row.get("place").getLongValue());
        if (wanted.contains(origin)) {
          found.add(origin);
        }
      }
    }
    return found;
  }

  private record Log(int partition, int generation) {}

  private record Range(Log log, long first, long last) {
    String condition() {
      return "(%s = %d AND %s = %d AND %s BETWEEN %d AND %d)"
          .formatted(
              Columns.PARTITION,
              log.partition,
              Columns.GENERATION,
              log.generation,
              Columns.OFFSET,
              first,
              last);
    }
  }

  private static List<Range> ranges(List<Origin> origins) {
    var byLog = new HashMap<Log, TreeSet<Long>>();
    for (var origin : origins) {
      byLog
          .computeIfAbsent(new Log(origin.partition(), origin.generation()), log -> new TreeSet<>())
          .add(origin.offset());
    }
    var ranges = new ArrayList<Range>();
    byLog.forEach(
        (log, offsets) -> {
          long first = offsets.first();
          var last = first;
          for (long offset : offsets) {
            if (offset - last > GAP) {
              ranges.add(new Range(log, first, last));
              first = offset;
            }
            last = offset;
          }
          ranges.add(new Range(log, first, last));
        });
    return ranges;
  }
}
