package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.FieldValue;
import com.google.cloud.bigquery.FieldValueList;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.Columns;
import dev.acequia.stores.bigquery.table.TableNames;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Expression.Value;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.ResultRow;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** All records of a table, for tests that look at what was stored. No pipeline reads so. */
final class WholeTable implements StoreReader {
  private final PipelineDefinition definition;
  private final Statements statements;

  WholeTable(PipelineDefinition definition, Statements statements) {
    this.definition = definition;
    this.statements = statements;
  }

  @Override
  public void read(Query query, RowSink sink) throws StoreReadException, IOException {
    if (!query.where().equals(Condition.always())) {
      throw new UnsupportedOperationException(query.toString());
    }
    for (var row : rows(query.columns(), query.order())) {
      sink.row(row);
    }
  }

  private List<Row> rows(List<Expression> columns, List<OrderTerm> order)
      throws StoreReadException {
    var names = new ArrayList<String>();
    for (var i = 0; i < columns.size(); i++) {
      names.add(column(columns.get(i)) + " AS c" + i);
    }
    var table =
        Statements.name(TableNames.of((StoreDefinition.BigQuery) definition.store()).data());
    var live =
        definition.mode() == LoadMode.UPSERT
            ? " WHERE %s IS NOT TRUE".formatted(Columns.DELETED)
            : "";
    var rows = new ArrayList<Row>();
    try {
      statements
          .rows("SELECT %s FROM %s%s".formatted(String.join(", ", names), table, live), Map.of())
          .forEach(row -> rows.add(new Row(columns, row)));
    } catch (StoreUnavailableException e) {
      throw new StoreReadException(StoreReadException.Reason.UNAVAILABLE, "not read", e);
    }
    order.stream()
        .map(term -> by(columns.indexOf(term.expression()), term.expression().type()))
        .reduce(Comparator::thenComparing)
        .ifPresent(rows::sort);
    return rows;
  }

  private static String column(Expression expression) {
    return switch (expression) {
      case Value value ->
          value.type() == FieldType.TIMESTAMP
              ? "UNIX_MICROS(`%s`)".formatted(value.field().name())
              : "`%s`".formatted(value.field().name());
      case Provenance provenance ->
          switch (provenance) {
            case GENERATION -> Columns.GENERATION;
            case PARTITION -> Columns.PARTITION;
            case OFFSET -> Columns.OFFSET;
          };
      case Expression.Cast cast -> throw new IllegalArgumentException(cast.toString());
      case Expression.Aggregate aggregate ->
          throw new IllegalArgumentException(aggregate.toString());
    };
  }

  /** Ascending: no test wants another order. */
  private static Comparator<Row> by(int column, FieldType type) {
    return switch (type) {
      case INT32, INT64, BOOLEAN, DATE, TIMESTAMP ->
          Comparator.comparingLong(row -> row.longAt(column));
      case DOUBLE -> Comparator.comparingDouble(row -> row.doubleAt(column));
      case DECIMAL -> Comparator.comparing(row -> row.decimalAt(column));
      case STRING, UUID, JSON ->
          Comparator.comparing(row -> row.utf8At(column), Arrays::compareUnsigned);
    };
  }

  private record Row(List<Expression> columns, FieldValueList values) implements ResultRow {
    private FieldValue value(int column) {
      return values.get("c" + column);
    }

    @Override
    public boolean isNull(int column) {
      return value(column).isNull();
    }

    @Override
    public long longAt(int column) {
      return switch (columns.get(column).type()) {
        case BOOLEAN -> value(column).getBooleanValue() ? 1 : 0;
        case DATE -> LocalDate.parse(value(column).getStringValue()).toEpochDay();
        case INT32, INT64, TIMESTAMP -> value(column).getLongValue();
        case STRING, DOUBLE, DECIMAL, UUID, JSON ->
            throw new IllegalArgumentException("no integer: " + columns.get(column));
      };
    }

    @Override
    public double doubleAt(int column) {
      return value(column).getDoubleValue();
    }

    @Override
    public BigDecimal decimalAt(int column) {
      return value(column).getNumericValue();
    }

    @Override
    public byte[] plainDecimalAt(int column) {
      return decimalAt(column).toPlainString().getBytes(StandardCharsets.US_ASCII);
    }

    private UUID uuid(int column) {
      return UUID.fromString(value(column).getStringValue());
    }

    @Override
    public long uuidMostAt(int column) {
      return uuid(column).getMostSignificantBits();
    }

    @Override
    public long uuidLeastAt(int column) {
      return uuid(column).getLeastSignificantBits();
    }

    @Override
    public byte[] utf8At(int column) {
      return value(column).getStringValue().getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Of a key that is one decimal, as the contract asks for. */
  @Override
  public boolean readOne(List<Literal> key, RowSink sink) throws StoreReadException, IOException {
    var columns = RecordColumns.of(definition);
    var wanted = (BigDecimal) key.getFirst().value();
    var field = columns.require(definition.schema().key().getFirst());
    for (var row : rows(List.of(field), List.of())) {
      if (row.decimalAt(0).compareTo(wanted) == 0) {
        sink.row(row);
        return true;
      }
    }
    return false;
  }

  @Override
  public long count(Query query) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long estimate(Query query) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void probe() throws StoreReadException {
    rows(
        List.copyOf(
            RecordColumns.of(definition).all().stream().map(item -> item.expression()).toList()),
        List.of());
  }

  @Override
  public void close() {}
}
