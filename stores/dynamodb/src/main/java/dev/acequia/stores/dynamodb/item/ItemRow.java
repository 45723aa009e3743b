package dev.acequia.stores.dynamodb.item;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Expression.Value;
import dev.acequia.stores.query.ResultRow;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** An item as a row of a result. */
public final class ItemRow implements ResultRow {
  private final List<FieldType> types;
  private final List<String> attributes;
  private Map<String, AttributeValue> item = Map.of();

  /**
   * Rows of such columns.
   *
   * @param columns fields and provenance
   */
  public ItemRow(List<Expression> columns) {
    types = columns.stream().map(Expression::type).toList();
    attributes = columns.stream().map(ItemRow::attribute).toList();
  }

  /** The attribute that a column is kept in. */
  public static String attribute(Expression column) {
    return switch (column) {
      case Value value -> value.field().name();
      case Provenance provenance -> provenance.column();
      case Expression.Cast cast -> throw new IllegalArgumentException(cast.toString());
      case Expression.Aggregate aggregate ->
          throw new IllegalArgumentException(aggregate.toString());
    };
  }

  /** The row of the next item. */
  public ItemRow of(Map<String, AttributeValue> next) {
    item = next;
    return this;
  }

  private @Nullable AttributeValue find(int column) {
    return item.get(attributes.get(column));
  }

  private AttributeValue value(int column) {
    return Objects.requireNonNull(find(column), "a null");
  }

  @Override
  public boolean isNull(int column) {
    return find(column) == null;
  }

  @Override
  public long longAt(int column) {
    var value = value(column);
    return switch (types.get(column)) {
      case BOOLEAN -> value.bool() ? 1 : 0;
      case DATE -> Values.date(value);
      case TIMESTAMP -> Values.timestamp(value);
      case INT32, INT64 -> Values.integer(value);
      case STRING, DOUBLE, DECIMAL, UUID, JSON ->
          throw new IllegalArgumentException("no integer: " + types.get(column));
    };
  }

  @Override
  public double doubleAt(int column) {
    return Values.doubleOf(value(column));
  }

  @Override
  public BigDecimal decimalAt(int column) {
    return Values.decimal(value(column));
  }

  @Override
  public byte[] plainDecimalAt(int column) {
    return decimalAt(column).toPlainString().getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public long uuidMostAt(int column) {
    return Values.uuid(value(column)).getMostSignificantBits();
  }

  @Override
  public long uuidLeastAt(int column) {
    return Values.uuid(value(column)).getLeastSignificantBits();
  }

  @Override
  public byte[] utf8At(int column) {
    return value(column).s().getBytes(StandardCharsets.UTF_8);
  }
}
