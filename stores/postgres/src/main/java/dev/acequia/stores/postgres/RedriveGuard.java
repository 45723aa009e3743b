package dev.acequia.stores.postgres;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Origin;
import dev.acequia.stores.RowRejection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds the dead letters sent back whose key may have been deleted since by a deletion that is
 * forgotten. They must not be stored, for nothing says that they are not deleted.
 */
final class RedriveGuard {
  private static final String STAGE = "pg_temp.\"_acequia_redriven\"";

  private final String lock;
  private final String createStage;
  private final String copyToStage;
  private final String find;

  /** Of the key and the provenance, in the batch's tuples. */
  private final int[] columns;

  RedriveGuard(TableNames names, Schema schema) {
    var fields = schema.fields().size();
    var key = schema.key().stream().map(Sql::quoted).toList();
    columns =
        IntStream.concat(IntStream.range(0, key.size()), IntStream.range(fields, fields + 3))
            .toArray();
    // Nothing is forgotten from here to the end of the transaction.
    lock =
        "SELECT partition, generation, forgotten_before FROM "
            + names.generations()
            + " WHERE partition = ANY (?) ORDER BY partition, generation FOR SHARE";
    var staged =
        Stream.concat(
                PostgresBatch.columns(schema, LoadMode.UPSERT).stream()
                    .limit(key.size())
                    .map(Sql::quoted),
                Stream.of(Provenance.KEY))
            .collect(Collectors.joining(", "));
    createStage =
        "CREATE TEMPORARY TABLE IF NOT EXISTS \"_acequia_redriven\" ON COMMIT DELETE ROWS AS"
            + " SELECT 0 AS \"_row\", "
            + staged
            + " FROM "
            + names.data()
            + " WITH NO DATA; TRUNCATE "
            + STAGE;
    copyToStage = "COPY " + STAGE + " (\"_row\", " + staged + ") FROM STDIN (FORMAT binary)";
    // What is in the table was not deleted since it was stored, and what is remembered of a key is
    // the newest deletion of its partition: either decides. If the tail of the row's generation was
    // lost, only a newer row or deletion decides.
    find =
        Stream.of(names.deletions(), names.data())
            .map(
                table ->
                    "NOT EXISTS (SELECT FROM "
                        + table
                        + " t WHERE t.\"_partition\" = s.\"_partition\" AND "
                        + key.stream()
                            .map(k -> "t." + k + " = s." + k)
                            .collect(Collectors.joining(" AND "))
                        + " AND ((t.\"_generation\", t.\"_offset\") > (s.\"_generation\","
                        + " s.\"_offset\") OR NOT "
                        + isLost(names)
                        + "))")
            .collect(
                Collectors.joining(
                    " AND ", "SELECT \"_row\" FROM " + STAGE + " s WHERE ", " ORDER BY 1"));
  }

  /** SQL condition: the tail of the generation of row {@code s} was lost. */
  private static String isLost(TableNames names) {
    return "EXISTS (SELECT FROM "
        + names.generations()
        + " g WHERE g.partition = s.\"_partition\" AND g.generation = s.\"_generation\""
        + " AND g.forgotten_before = "
        + GenerationLedger.LOST
        + ")";
  }

  /** A condition: whether deletions may be forgotten that came after the row {@code s}. */
  static String isForgotten(TableNames names) {
    return "EXISTS (SELECT FROM "
        + names.generations()
        + " g WHERE g.partition = s.\"_partition\" AND (g.generation = s.\"_generation\""
        + " AND g.forgotten_before > s.\"_offset\" OR g.generation > s.\"_generation\""
        + " AND g.forgotten_before > 0))";
  }

  /** The rows that cannot be judged. */
  List<RowRejection> find(PostgresSession session, PostgresBatch batch, BitSet skip)
      throws SQLException {
    var redriven = new TreeMap<>(batch.redriven());
    redriven.keySet().removeIf(skip::get);
    if (redriven.isEmpty()) {
      return List.of();
    }
    var forgotten = forgotten(session.connection(), redriven);
    redriven
        .entrySet()
        .removeIf(
            row -> batch.deletions().get(row.getKey()) || !isForgotten(row.getValue(), forgotten));
    if (redriven.isEmpty()) {
      return List.of();
    }
    var others = new BitSet();
    others.set(0, batch.rows());
    redriven.keySet().forEach(others::clear);
    List<RowRejection> found = new ArrayList<>();
    session.execute(createStage);
    CopyRows.copy(session, copyToStage, batch.project(columns, others));
    try (var statement = session.connection().createStatement();
        var rows = statement.executeQuery(find)) {
      while (rows.next()) {
        found.add(unjudged(rows.getInt(1)));
      }
    }
    return found;
  }

  private static RowRejection unjudged(int row) {
    return new RowRejection(
        row,
        ErrorClass.DeletionForgotten,
        "its key may have been deleted after it was put aside, and deletions of that time are not remembered any more: if it is wanted still, send it as a new record, without the acequia-source headers");
  }

  /** Before which offset deletions are forgotten, by partition and generation. */
  private Map<Integer, Map<Integer, Long>> forgotten(
      Connection connection, Map<Integer, Origin> redriven) throws SQLException {
    SortedSet<Integer> partitions = new TreeSet<>();
    redriven.values().forEach(origin -> partitions.add(origin.partition()));
    Map<Integer, Map<Integer, Long>> forgotten = new HashMap<>();
    try (var statement = connection.prepareStatement(lock)) {
      statement.setObject(1, partitions.stream().mapToInt(Integer::intValue).toArray());
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          forgotten
              .computeIfAbsent(rows.getInt(1), partition -> new HashMap<>())
              .put(rows.getInt(2), rows.getLong(3));
        }
      }
    }
    return forgotten;
  }

  /** As {@link #isForgotten(TableNames)} has it. */
  private static boolean isForgotten(Origin origin, Map<Integer, Map<Integer, Long>> forgotten) {
    return forgotten.getOrDefault(origin.partition(), Map.of()).entrySet().stream()
        .anyMatch(
            entry ->
                entry.getKey() == origin.generation() && entry.getValue() > origin.offset()
                    || entry.getKey() > origin.generation() && entry.getValue() > 0);
  }
}
