package dev.acequia.stores.query;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Expression.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's fields as columns of a query, and what identifies a row: the key in upsert mode, the
 * provenance in append mode.
 */
public final class RecordColumns {
  private final Schema schema;
  private final LoadMode mode;
  private final List<Value> values;
  private final List<SelectItem> all;
  private final List<Expression> identity;

  private RecordColumns(Schema schema, LoadMode mode) {
    this.schema = schema;
    this.mode = mode;
    this.values =
        IntStream.range(0, schema.fields().size())
            .mapToObj(i -> new Value(schema.fields().get(i), !schema.isRequired(i)))
            .toList();
    this.all = values.stream().map(value -> new SelectItem(value.field().name(), value)).toList();
    this.identity =
        switch (mode) {
          case APPEND -> List.of(Provenance.values());
          case UPSERT -> schema.key().stream().<Expression>map(this::require).toList();
        };
  }

  public static RecordColumns of(PipelineDefinition definition) {
    return new RecordColumns(definition.schema(), definition.mode());
  }

  public Schema schema() {
    return schema;
  }

  /** Whether a key belongs to one row at most. */
  public boolean keyIsUnique() {
    return mode == LoadMode.UPSERT;
  }

  /** The field's column, null when the schema has no such field. */
  public @Nullable Value find(String name) {
    var index = schema.indexOf(name);
    return index < 0 ? null : values.get(index);
  }

  /**
   * The field's column.
   *
   * @throws InvalidQueryException when the schema has no such field
   */
  public Value require(String name) {
    var value = find(name);
    if (value == null) {
      var shown = name.length() > 60 ? name.substring(0, 60) + "…" : name;
      throw new InvalidQueryException("there is no field '" + shown + "'");
    }
    return value;
  }

  /** All fields under their own names. */
  public List<SelectItem> all() {
    return all;
  }

  /** The given order, made total by what identifies a row. */
  public List<OrderTerm> total(List<OrderTerm> order) {
    return completed(order, identity);
  }

  /** The given order and then, ascending, those of the expressions that it lacks. */
  public static List<OrderTerm> completed(
      List<OrderTerm> order, List<? extends Expression> expressions) {
    var completed = new ArrayList<>(order);
    for (var expression : expressions) {
      if (completed.stream().noneMatch(term -> term.expression().equals(expression))) {
        completed.add(OrderTerm.ascending(expression));
      }
    }
    return completed;
  }
}
