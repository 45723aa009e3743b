package dev.acequia.stores.lake;

import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Expression.Value;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.ResultRow;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/** Reads by Iceberg's own readers what the contracts ask for: no casts, no aggregates. */
final class GenericsReader implements StoreReader {
  private final LakeTables tables;

  GenericsReader(StoreDefinition.Lake store, Map<String, String> environment) {
    tables = new LakeTables(store, environment);
  }

  @Override
  public void read(Query query, RowSink sink) throws StoreReadException, IOException {
    var rows = new ArrayList<Record>();
    try (var found = IcebergGenerics.read(tables.load(tables.data())).build()) {
      found.forEach(
          row -> {
            if (holds(query.where(), row)) {
              rows.add(row);
            }
          });
    } catch (StoreUnavailableException e) {
      throw new StoreReadException(StoreReadException.Reason.UNAVAILABLE, "no table", e);
    }
    rows.sort((one, other) -> compare(query.order(), one, other));
    for (var row : rows.subList(0, Math.min(rows.size(), query.limit()))) {
      sink.row(new Answer(query.columns().stream().map(column -> value(row, column)).toList()));
    }
  }

  private static boolean holds(Condition condition, Record row) {
    return switch (condition) {
      case All all -> all.conditions().stream().allMatch(part -> holds(part, row));
      case Comparison comparison when comparison.operator() == Comparison.Operator.EQ ->
          Objects.equals(row.getField(comparison.field().name()), comparison.value().value());
      default -> throw new UnsupportedOperationException(condition.toString());
    };
  }

  private static @Nullable Object value(Record row, Expression column) {
    return switch (column) {
      case Value value -> row.getField(value.field().name());
      case Provenance provenance -> row.getField(provenance.column());
      default -> throw new UnsupportedOperationException(column.toString());
    };
  }

  private static int compare(List<OrderTerm> order, Record one, Record other) {
    for (var term : order) {
      var result = compare(value(one, term.expression()), value(other, term.expression()));
      if (result != 0) {
        return result;
      }
    }
    return 0;
  }

  @SuppressWarnings("unchecked")
  private static int compare(@Nullable Object one, @Nullable Object other) {
    if (one == null || other == null) {
      return one == other ? 0 : one == null ? 1 : -1;
    }
    return one instanceof String text
        ? Arrays.compareUnsigned(utf8(text), utf8((String) other))
        : ((Comparable<Object>) one).compareTo(other);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private record Answer(List<@Nullable Object> values) implements ResultRow {
    private Object value(int column) {
      return Objects.requireNonNull(values.get(column), "a null");
    }

    @Override
    public boolean isNull(int column) {
      return values.get(column) == null;
    }

    @Override
    public long longAt(int column) {
      return switch (value(column)) {
        case Boolean truth -> truth ? 1 : 0;
        case LocalDate date -> date.toEpochDay();
        case OffsetDateTime time -> ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant());
        case Object number -> ((Number) number).longValue();
      };
    }

    @Override
    public double doubleAt(int column) {
      return (Double) value(column);
    }

    @Override
    public BigDecimal decimalAt(int column) {
      return (BigDecimal) value(column);
    }

    @Override
    public byte[] plainDecimalAt(int column) {
      return utf8(decimalAt(column).toPlainString());
    }

    @Override
    public long uuidMostAt(int column) {
      return ((UUID) value(column)).getMostSignificantBits();
    }

    @Override
    public long uuidLeastAt(int column) {
      return ((UUID) value(column)).getLeastSignificantBits();
    }

    @Override
    public byte[] utf8At(int column) {
      return utf8((String) value(column));
    }
  }

  @Override
  public boolean readOne(List<Literal> key, RowSink sink) {
    throw new UnsupportedOperationException();
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
    try {
      tables.load(tables.data());
    } catch (StoreUnavailableException e) {
      throw new StoreReadException(StoreReadException.Reason.UNAVAILABLE, "no table", e);
    }
  }

  @Override
  public void close() {
    tables.close();
  }
}
