package dev.acequia.stores.postgres;

import dev.acequia.contract.Schema;
import dev.acequia.contract.TableNames;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an upsert table remembers of keys that were deleted: the record that did it. A row that is
 * gone cannot say that it was newer than a dead letter that is sent back, or what a replay reads.
 */
final class DeletionStatements {
  private final TableNames names;
  private final Schema schema;
  private final List<String> key;

  DeletionStatements(TableNames names, Schema schema) {
    this.names = names;
    this.schema = schema;
    key = schema.key().stream().map(Sql::quoted).toList();
  }

  /** The statement that creates the table where it is not there. */
  String create() {
    var columns = schema.key().stream().map(name -> Sql.quoted(name) + " " + type(name));
    var more =
        Stream.of(
            "\"_generation\" integer NOT NULL",
            "\"_partition\" integer NOT NULL",
            "\"_offset\" bigint NOT NULL",
            "deleted_at timestamptz NOT NULL DEFAULT now()",
            "PRIMARY KEY (" + String.join(", ", key) + ")");
    return "CREATE TABLE IF NOT EXISTS "
        + names.deletions()
        + " ("
        + Stream.concat(columns, more).collect(Collectors.joining(", "))
        + ")";
  }

  /** The statement that widens the key as the table's own was; empty when it need not be. */
  Optional<String> widening(TableState table) {
    var changes =
        schema.key().stream()
            .filter(
                name -> {
                  var column = table.columns().get(name);
                  return column != null && !type(name).equals(column.type());
                })
            .map(name -> "ALTER COLUMN " + Sql.quoted(name) + " TYPE " + type(name))
            .collect(Collectors.joining(", "));
    return changes.isEmpty()
        ? Optional.empty()
        : Optional.of("ALTER TABLE " + names.deletions() + " " + changes);
  }

  private String type(String name) {
    return ColumnType.name(schema.fields().get(schema.indexOf(name)));
  }

  /**
   * Remembers the staged deletions.
   *
   * @param newest a query of the newest staged row of each key
   * @param deleted what is true of its rows that are deletions
   * @param condition on its rows {@code s}
   */
  String remember(String newest, String deleted, String condition) {
    return "INSERT INTO "
        + names.deletions()
        + " AS t ("
        + String.join(", ", key)
        + ", "
        + Provenance.KEY
        + ") SELECT "
        + String.join(", ", key)
        + ", "
        + Provenance.KEY
        + " FROM ("
        + newest
        + ") s WHERE s."
        + deleted
        + condition
        + " ON CONFLICT ("
        + String.join(", ", key)
        + ") DO UPDATE SET deleted_at = now(), "
        + Provenance.COLUMNS.stream()
            .map(Sql::quoted)
            .map(column -> column + " = excluded." + column)
            .collect(Collectors.joining(", "))
        + " WHERE "
        + UpsertLoad.notNewer("excluded");
  }

  /**
   * Whether a staged deletion may be remembered as the newest of its key: one that was sent back
   * would hide that a newer one is forgotten.
   */
  String unlessForgotten() {
    return "(NOT "
        + RedriveGuard.isForgotten(names)
        + " OR EXISTS (SELECT FROM "
        + names.deletions()
        + " d WHERE "
        + key.stream().map(k -> "d." + k + " = s." + k).collect(Collectors.joining(" AND "))
        + " AND d.\"_partition\" = s.\"_partition\"))";
  }

  /** Whether no later record of the staged row's partition deleted its key. */
  String notDeletedSince() {
    return "NOT EXISTS (SELECT FROM "
        + names.deletions()
        + " d WHERE "
        + key.stream().map(k -> "d." + k + " = s." + k).collect(Collectors.joining(" AND "))
        + " AND d.\"_partition\" = s.\"_partition\""
        + " AND (d.\"_generation\", d.\"_offset\") > (s.\"_generation\", s.\"_offset\"))";
  }
}
