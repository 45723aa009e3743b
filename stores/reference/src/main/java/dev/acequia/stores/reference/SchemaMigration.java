package dev.acequia.stores.reference;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.reference.Content.Column;
import dev.acequia.stores.reference.Content.StoredRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings the columns to the schema. Allowed is what loses nothing and lets old and new records in;
 * all else is refused, all of it at once.
 */
final class SchemaMigration {
  private static final Map<FieldType, List<FieldType>> WIDENED =
      Map.of(
          FieldType.INT64, List.of(FieldType.INT32),
          FieldType.DECIMAL, List.of(FieldType.INT32, FieldType.INT64),
          FieldType.TIMESTAMP, List.of(FieldType.DATE));

  private final Content content;
  private final Schema schema;
  private final List<String> key;
  private final List<String> refusals = new ArrayList<>();

  SchemaMigration(Content content, Schema schema, LoadMode mode) {
    this.content = content;
    this.schema = schema;
    key = mode == LoadMode.UPSERT ? schema.key() : List.of();
  }

  void apply() throws TerminationException {
    if (content.exists()) {
      check();
    }
    if (!refusals.isEmpty()) {
      throw new TerminationException(
          Termination.Reason.SchemaChangeRefused, String.join(" ", refusals));
    }
    content.key = key;
    for (var i = 0; i < schema.fields().size(); i++) {
      var field = schema.fields().get(i);
      var former = content.columns.put(field.name(), new Column(field, schema.isRequired(i)));
      if (former != null && former.field().type() != field.type()) {
        widen(field);
      }
    }
  }

  private void check() {
    if (!content.key.equals(key)) {
      refusals.add("The table has another key or mode: key and mode cannot be changed.");
    }
    for (var i = 0; i < schema.fields().size(); i++) {
      check(schema.fields().get(i), schema.isRequired(i));
    }
    content.columns.forEach(
        (name, column) -> {
          if (schema.indexOf(name) < 0 && column.required()) {
            refusals.add("Field '%s' is gone from the schema, but was required.".formatted(name));
          }
        });
  }

  private void check(Field field, boolean required) {
    var column = content.columns.get(field.name());
    if (column == null) {
      if (required) {
        refusals.add("Field '%s' is new and required.".formatted(field.name()));
      }
      return;
    }
    var former = column.field();
    var isWidened =
        former.type() == field.type() ? keepsDigits(field, former) : mayWiden(field, former);
    if (!isWidened) {
      refusals.add(
          "Field '%s' cannot change from %s to %s."
              .formatted(field.name(), former.typeName(), field.typeName()));
    }
    if (required && !column.required()) {
      refusals.add("Field '%s' cannot become required.".formatted(field.name()));
    }
  }

  /** A key's int32 may become int64, since the records' keys in the topic stay as they are. */
  private boolean mayWiden(Field field, Field former) {
    return WIDENED.getOrDefault(field.type(), List.of()).contains(former.type())
        && (!schema.key().contains(field.name()) || field.type() == FieldType.INT64)
        && (field.digits() == null || field.digits().beforePoint() >= wholeDigits(former.type()));
  }

  /** The digits of an integer's largest value. */
  private static int wholeDigits(FieldType type) {
    return type == FieldType.INT32 ? 10 : 19;
  }

  /** Whether all that a decimal may hold before it may hold now. */
  private static boolean keepsDigits(Field field, Field former) {
    return field.digits() == null
        || (former.digits() != null && field.digits().canReplace(former.digits()));
  }

  private void widen(Field field) {
    var rows = List.copyOf(content.rows.values());
    content.rows.clear();
    for (var row : rows) {
      var values = new HashMap<>(row.values());
      values.computeIfPresent(field.name(), (name, value) -> Values.cast(value, field.type()));
      content.rows.put(identity(values, row), new StoredRow(values, row.origin()));
    }
    if (key.contains(field.name())) {
      var deletions = Map.copyOf(content.deletions);
      content.deletions.clear();
      deletions.forEach(
          (former, deletion) ->
              content.deletions.put(widenedKey((List<?>) former, field), deletion));
    }
  }

  private Object identity(Map<String, Object> values, StoredRow row) {
    return key.isEmpty() ? row.origin() : Values.key(key.stream().map(values::get).toList());
  }

  private Object widenedKey(List<?> former, Field field) {
    var values = new ArrayList<Object>(former);
    values.set(
        key.indexOf(field.name()),
        Values.cast(values.get(key.indexOf(field.name())), field.type()));
    return Values.key(values);
  }
}
