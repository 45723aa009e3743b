package dev.acequia.stores.dynamodb;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.dynamodb.Registry.Column;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a schema makes of the fields that rows have. Items are not rewritten: allowed is what leaves
 * all of them readable and in their indexes. All else is refused, all of it at once.
 */
final class SchemaChange {
  private static final Map<FieldType, Set<FieldType>> WIDENED =
      Map.of(
          FieldType.INT64, Set.of(FieldType.INT32),
          FieldType.DECIMAL, Set.of(FieldType.INT32, FieldType.INT64),
          FieldType.TIMESTAMP, Set.of(FieldType.DATE));

  private final Schema schema;
  private final List<String> key;
  private final Set<String> indexed = new HashSet<>();
  private final @Nullable String ttlField;

  SchemaChange(PipelineDefinition definition, StoreDefinition.DynamoDb store) {
    schema = definition.schema();
    key = definition.mode() == LoadMode.UPSERT ? schema.key() : List.of();
    for (var index : store.indexes()) {
      indexed.add(index.hash());
      var range = index.range();
      if (range != null) {
        indexed.add(range);
      }
    }
    ttlField = store.ttlField();
  }

  /** The fields by which rows are replaced. */
  List<String> key() {
    return key;
  }

  /**
   * The fields that rows may have afterwards, those of former schemas too.
   *
   * @param former the registry of a table that is there
   * @throws TerminationException when the change cannot be done
   */
  List<Column> columns(Registry former) throws TerminationException {
    var columns = new LinkedHashMap<String, Column>();
    former.columns().forEach(column -> columns.put(column.field().name(), column));
    if (!columns.isEmpty()) {
      check(former, columns);
    }
    for (var i = 0; i < schema.fields().size(); i++) {
      var field = schema.fields().get(i);
      columns.put(
          field.name(),
          new Column(field, schema.isRequired(i), wasDate(columns.get(field.name()), field)));
    }
    return List.copyOf(columns.values());
  }

  private static boolean wasDate(@Nullable Column former, Field field) {
    return former != null
        && field.type() == FieldType.TIMESTAMP
        && (former.wasDate() || former.field().type() == FieldType.DATE);
  }

  private void check(Registry former, Map<String, Column> columns) throws TerminationException {
    var refusals = new ArrayList<String>();
    if (!former.key().equals(key)) {
      refusals.add("The table has another key or mode: key and mode cannot be changed.");
    }
    for (var i = 0; i < schema.fields().size(); i++) {
      var field = schema.fields().get(i);
      check(field, schema.isRequired(i), columns, refusals);
    }
    columns.forEach(
        (name, column) -> {
          if (schema.indexOf(name) < 0 && column.required()) {
            refusals.add("Field '%s' is gone from the schema, but was required.".formatted(name));
          }
        });
    if (!refusals.isEmpty()) {
      throw new TerminationException(
          Termination.Reason.SchemaChangeRefused, String.join(" ", refusals));
    }
  }

  private void check(
      Field field, boolean required, Map<String, Column> columns, List<String> refusals) {
    var column = columns.get(field.name());
    if (column == null) {
      if (required) {
        refusals.add("Field '%s' is new and required.".formatted(field.name()));
      }
      return;
    }
    var former = column.field();
    var fits = former.type() == field.type() ? keepsDigits(former, field) : mayWiden(former, field);
    if (!fits) {
      refusals.add(
          "Field '%s' cannot change from %s to %s."
              .formatted(field.name(), former.typeName(), field.typeName()));
    }
    if (former.type() == field.type() && column.wasDate() && indexed.contains(field.name())) {
      refusals.add(
          "Field '%s' was a date once, and rows of then would be missing from an index of timestamps."
              .formatted(field.name()));
    }
    if (required && !column.required()) {
      refusals.add("Field '%s' cannot become required.".formatted(field.name()));
    }
  }

  /** Keys are compared by their bytes, and a date in an index is not a timestamp there. */
  private boolean mayWiden(Field former, Field field) {
    return WIDENED.getOrDefault(field.type(), Set.of()).contains(former.type())
        && (!key.contains(field.name()) || field.type() == FieldType.INT64)
        && (field.type() != FieldType.TIMESTAMP
            || !(indexed.contains(field.name()) || field.name().equals(ttlField)))
        && (field.digits() == null
            || field.digits().beforePoint() >= (former.type() == FieldType.INT32 ? 10 : 19));
  }

  /** Whether all that a decimal may hold before it may hold now. */
  private static boolean keepsDigits(Field former, Field field) {
    return field.digits() == null
        || (former.digits() != null && field.digits().canReplace(former.digits()));
  }
}
