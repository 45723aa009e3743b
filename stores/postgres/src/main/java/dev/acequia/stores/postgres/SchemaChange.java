package dev.acequia.stores.postgres;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What turns a table into the one a schema describes. Allowed is what loses nothing and lets old
 * and new records in: a new field that may be null, a wider type, a field that no longer must be
 * there. A field that is gone from the schema keeps its column, which then takes nulls; so it must
 * have been allowed to be null. All else is refused, all of it at once.
 */
final class SchemaChange {
  private static final String ADVICE_ON_DIGITS =
      " A precision must leave 10 digits before the point for a former int32, and 19 for an int64; a"
          + " former decimal keeps its scale, and its precision may only grow.";

  private final Schema schema;
  private final LoadMode mode;
  private final Map<String, String> additions = new LinkedHashMap<>();
  private final List<String> changes = new ArrayList<>();
  private final List<String> widened = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();

  private SchemaChange(Schema schema, LoadMode mode) {
    this.schema = schema;
    this.mode = mode;
  }

  /** The statement that creates the table. */
  static String create(String table, Schema schema, LoadMode mode) {
    var columns =
        java.util.stream.IntStream.range(0, schema.fields().size())
            .mapToObj(
                i -> {
                  var field = schema.fields().get(i);
                  return Sql.quoted(field.name())
                      + " "
                      + ColumnType.name(field)
                      + (schema.isRequired(i) ? " NOT NULL" : "");
                });
    var provenance =
        Stream.of(
            "\"_generation\" integer NOT NULL",
            "\"_partition\" integer NOT NULL",
            "\"_offset\" bigint NOT NULL",
            "PRIMARY KEY ("
                + primaryKey(schema, mode).stream()
                    .map(Sql::quoted)
                    .collect(Collectors.joining(", "))
                + ")");
    return "CREATE TABLE "
        + table
        + " ("
        + Stream.concat(columns, provenance).collect(Collectors.joining(", "))
        + ")";
  }

  /**
   * What an {@code ALTER TABLE} has to do.
   *
   * @param additions the clauses that add columns, keyed by field
   * @param changes the clauses that change columns
   * @param widened the fields whose type changes, in words; then the whole table is written anew
   */
  record Alteration(Map<String, String> additions, List<String> changes, List<String> widened) {
    Alteration {
      additions = Collections.unmodifiableMap(new LinkedHashMap<>(additions));
      changes = List.copyOf(changes);
      widened = List.copyOf(widened);
    }

    /** All clauses; none when the table is as it should be. */
    List<String> actions() {
      return Stream.concat(additions.values().stream(), changes.stream()).toList();
    }
  }

  /**
   * What turns the table into the schema's.
   *
   * @throws TerminationException when the change is not allowed; the message says what to do
   */
  static Alteration of(TableState table, Schema schema, LoadMode mode) throws TerminationException {
    var change = new SchemaChange(schema, mode);
    change.compare(table);
    if (!change.refusals.isEmpty()) {
      throw new TerminationException(
          Termination.Reason.SchemaChangeRefused, String.join(" ", change.refusals));
    }
    return new Alteration(change.additions, change.changes, change.widened);
  }

  private void compare(TableState table) {
    var key = primaryKey(schema, mode);
    if (!table.primaryKey().equals(key) && !isFormerKey(table.primaryKey())) {
      refusals.add(
          "The table's primary key is (%s) and the definition needs (%s): key and mode cannot be changed; use a new pipeline or another table."
              .formatted(String.join(", ", table.primaryKey()), String.join(", ", key)));
    }
    for (var i = 0; i < schema.fields().size(); i++) {
      var field = schema.fields().get(i);
      var column = table.columns().get(field.name());
      if (column == null) {
        add(field, schema.isRequired(i));
      } else {
        alter(field, schema.isRequired(i), column);
      }
    }
    table
        .columns()
        .forEach(
            (name, column) -> {
              if (schema.indexOf(name) < 0
                  && !Provenance.COLUMNS.contains(name)
                  && !Provenance.TOPIC_ID.equals(name)
                  && column.notNull()
                  && !column.filled()) {
                refusals.add(
                    "Field '%s' is gone from the schema, but its column must not be null: set required: false first; the column and its data then stay when the field is removed."
                        .formatted(name));
              }
            });
  }

  private void add(Field field, boolean required) {
    if (required) {
      refusals.add(
          "Field '%s' is new and required, but the rows that are there have no value for it: add it with required: false."
              .formatted(field.name()));
      return;
    }
    additions.put(
        field.name(), "ADD COLUMN " + Sql.quoted(field.name()) + " " + ColumnType.name(field));
  }

  private void alter(Field field, boolean required, TableState.Column column) {
    var quoted = Sql.quoted(field.name());
    if (!column.type().equals(ColumnType.name(field))) {
      changeType(field, column.type(), quoted);
    }
    if (required && !column.notNull()) {
      refusals.add(
          "Field '%s' cannot become required: rows that are there, and records still in the topic, may lack it."
              .formatted(field.name()));
    } else if (!required && column.notNull()) {
      changes.add("ALTER COLUMN " + quoted + " DROP NOT NULL");
    }
  }

  private void changeType(Field field, String former, String quoted) {
    var from = ColumnType.spelled(former);
    var to = field.typeName();
    if (schema.key().contains(field.name()) && !isWrittenAlike(former, field)) {
      refusals.add(
          "Field '%s' is part of the key and cannot change from %s to %s: only int32 to int64 leaves the records' keys in the topic as they are; use a new pipeline."
              .formatted(field.name(), from, to));
    } else if (ColumnType.widens(former, field)) {
      changes.add(
          "ALTER COLUMN %s TYPE %s USING %s"
              .formatted(quoted, ColumnType.name(field), ColumnType.conversion(field, quoted)));
      // PostgreSQL leaves the rows of a decimal as they are.
      if (!ColumnType.isDecimal(former)) {
        widened.add("'%s' from %s to %s".formatted(field.name(), from, to));
      }
    } else {
      refusals.add(
          "Field '%s' cannot change from %s to %s: only int32 to int64 to decimal and date to timestamp lose nothing; add a new field instead.%s"
              .formatted(field.name(), from, to, field.digits() == null ? "" : ADVICE_ON_DIGITS));
    }
  }

  /** Whether the records' keys in the topic stay as they are. */
  private static boolean isWrittenAlike(String former, Field field) {
    return switch (field.type()) {
      case INT64 -> former.equals(ColumnType.name(FieldType.INT32));
      case DECIMAL -> ColumnType.isDecimal(former);
      case STRING, INT32, DOUBLE, BOOLEAN, DATE, TIMESTAMP, UUID, JSON -> false;
    };
  }

  private static List<String> primaryKey(Schema schema, LoadMode mode) {
    return mode == LoadMode.UPSERT ? schema.key() : Provenance.COLUMNS;
  }

  /** What {@link ProvenanceUpgrade} replaces. */
  private boolean isFormerKey(List<String> key) {
    return mode == LoadMode.APPEND && key.equals(Provenance.FORMER_COLUMNS);
  }
}
