package dev.acequia.stores.lake;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Division;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.lake.table.LakeColumns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.NamedReference;
import org.apache.iceberg.expressions.Term;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * What brings a table's columns to the schema. Allowed is what loses nothing, lets old and new
 * records in and leaves all files as they are; all else is refused, all of it at once.
 */
final class SchemaChange {
  private final Schema schema;
  private final StoreDefinition.Lake store;
  private final String key;

  SchemaChange(PipelineDefinition definition, StoreDefinition.Lake store) {
    schema = definition.schema();
    this.store = store;
    key = definition.mode() == LoadMode.UPSERT ? String.join(",", schema.key()) : "";
  }

  /** The fields by which rows are replaced, as {@link TableState#KEY} has them. */
  String key() {
    return key;
  }

  /** Refuses what cannot be done. */
  void check(TableState state) throws TerminationException {
    var refusals = new ArrayList<String>();
    if (!state.key().equals(key)) {
      refusals.add("The table has another key or mode: key and mode cannot be changed.");
    }
    var columns = state.table().schema();
    for (var i = 0; i < schema.fields().size(); i++) {
      check(
          schema.fields().get(i),
          schema.isRequired(i),
          columns.findField(schema.fields().get(i).name()),
          refusals);
    }
    for (var column : columns.columns()) {
      if (schema.indexOf(column.name()) < 0
          && !LakeColumns.PROVENANCE.contains(column.name())
          && column.isRequired()) {
        refusals.add(
            "Field '%s' is gone from the schema, but was required.".formatted(column.name()));
      }
    }
    if (!refusals.isEmpty()) {
      throw new TerminationException(
          Termination.Reason.SchemaChangeRefused, String.join(" ", refusals));
    }
  }

  private static void check(
      Field field, boolean required, @Nullable NestedField column, List<String> refusals) {
    if (column == null) {
      if (required) {
        refusals.add("Field '%s' is new and required.".formatted(field.name()));
      }
      return;
    }
    var former = former(field.name(), column);
    if (!isWidened(former, field)) {
      refusals.add(
          "Field '%s' cannot change from %s to %s: the files of a lake are not rewritten, so only int32 may become int64, and a decimal's precision may grow."
              .formatted(field.name(), typeName(former), typeName(field)));
    }
    if (required && column.isOptional()) {
      refusals.add("Field '%s' cannot become required.".formatted(field.name()));
    }
  }

  /** The field whose column it is. */
  private static Field former(String name, NestedField column) {
    var type = LakeColumns.fieldType(column);
    var digits =
        column.type() instanceof Types.DecimalType decimal
            ? new Digits(decimal.precision(), decimal.scale())
            : null;
    return new Field(name, type, column.isRequired(), digits, null);
  }

  /** A decimal's digits are said also where the field does not. */
  private static String typeName(Field field) {
    return field.type() == FieldType.DECIMAL
        ? LakeColumns.digits(field).toString()
        : field.typeName();
  }

  private static boolean isWidened(Field from, Field to) {
    return switch (to.type()) {
      case DECIMAL ->
          from.type() == FieldType.DECIMAL
              && LakeColumns.digits(to).canReplace(LakeColumns.digits(from));
      case INT64 -> from.type() == FieldType.INT32 || from.type() == FieldType.INT64;
      case STRING, INT32, DOUBLE, BOOLEAN, DATE, TIMESTAMP, UUID, JSON -> from.type() == to.type();
    };
  }

  /** Whether there is something to change. */
  boolean isNeeded(Table table) {
    return !isPartedAsWanted(table) || isAnyColumnOther(table);
  }

  private boolean isAnyColumnOther(Table table) {
    for (var i = 0; i < schema.fields().size(); i++) {
      var field = schema.fields().get(i);
      var column = table.schema().findField(field.name());
      if (column == null
          || !column.type().equals(LakeColumns.type(field))
          || column.isRequired() != schema.isRequired(i)) {
        return true;
      }
    }
    return false;
  }

  /** Changes the columns and how files are parted from now on. */
  void apply(Transaction transaction, Table table) {
    if (isAnyColumnOther(table)) {
      var update = transaction.updateSchema();
      for (var i = 0; i < schema.fields().size(); i++) {
        var field = schema.fields().get(i);
        var type = LakeColumns.type(field);
        var column = table.schema().findField(field.name());
        if (column == null) {
          update.addColumn(field.name(), type, LakeColumns.doc(field.type()));
          continue;
        }
        if (!column.type().equals(type)) {
          update.updateColumn(field.name(), type);
        }
        if (column.isRequired() && !schema.isRequired(i)) {
          update.makeColumnOptional(field.name());
        }
      }
      update.commit();
    }
    part(transaction, table);
  }

  /** Changes how files are parted from now on. */
  void part(Transaction transaction, Table table) {
    if (isPartedAsWanted(table)) {
      return;
    }
    var wanted = wanted();
    var update = transaction.updateSpec();
    for (var part : table.spec().fields()) {
      if (wanted.remove(text(table, part)) == null) {
        update.removeField(part.name());
      }
    }
    wanted.forEach(
        (text, term) -> {
          if (term instanceof NamedReference<?>) {
            update.addField(term);
          } else {
            update.addField(name(text), term);
          }
        });
    update.commit();
  }

  /** No field of any schema can have this name: a field's name begins with a letter. */
  private static String name(String text) {
    return "_" + text.replace("]", "").replaceAll("[ \\[]", "_");
  }

  private boolean isPartedAsWanted(Table table) {
    return table.spec().fields().stream()
        .filter(part -> !part.transform().isVoid())
        .map(part -> text(table, part))
        .toList()
        .equals(List.copyOf(wanted().keySet()));
  }

  private static String text(Table table, PartitionField part) {
    return table.schema().findColumnName(part.sourceId()) + " " + part.transform();
  }

  /** By field and transform, as Iceberg writes it. */
  private Map<String, Term> wanted() {
    var terms = new LinkedHashMap<String, Term>();
    for (var division : store.partitionBy()) {
      terms.put(division.field() + " " + transform(division), term(division));
    }
    return terms;
  }

  private static String transform(Division division) {
    var name = division.transform().name().toLowerCase(Locale.ROOT);
    return division.width() == null ? name : name + "[" + division.width() + "]";
  }

  private static Term term(Division division) {
    var width = division.width() == null ? 0 : division.width();
    return switch (division.transform()) {
      case IDENTITY -> Expressions.ref(division.field());
      case YEAR -> Expressions.year(division.field());
      case MONTH -> Expressions.month(division.field());
      case DAY -> Expressions.day(division.field());
      case HOUR -> Expressions.hour(division.field());
      case BUCKET -> Expressions.bucket(division.field(), width);
      case TRUNCATE -> Expressions.truncate(division.field(), width);
    };
  }
}
