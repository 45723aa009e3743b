package dev.acequia.stores.testkit;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.ResultRow;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of results as people write them. */
public final class RowText {
  private RowText() {}

  /** The answer's rows, of the columns that were selected. */
  public static List<String> read(StoreReader reader, Query query, String separator)
      throws StoreReadException, IOException {
    var rows = new ArrayList<String>();
    reader.read(
        query,
        new RowSink() {
          @Override
          public void row(ResultRow row) {
            var values = new ArrayList<String>();
            for (var i = 0; i < query.select().size(); i++) {
              values.add(value(row, i, query.select().get(i).expression()));
            }
            rows.add(String.join(separator, values));
          }

          @Override
          public void restart() {
            rows.clear();
          }
        });
    return rows;
  }

  /** The values of the order's terms in the answer's last row, where the next page begins. */
  public static List<@Nullable Literal> last(StoreReader reader, Query query)
      throws StoreReadException, IOException {
    var last = new ArrayList<@Nullable Literal>();
    reader.read(
        query,
        row -> {
          last.clear();
          for (var term : query.order()) {
            var expression = term.expression();
            var text = value(row, query.columns().indexOf(expression), expression);
            last.add(Literal.parse(expression.type(), text));
          }
        });
    return last;
  }

  /** A value; a null is {@code null}, json has no spaces. */
  public static String value(ResultRow row, int column, Expression expression) {
    if (row.isNull(column)) {
      return "null";
    }
    return switch (expression.type()) {
      case INT32, INT64 -> Long.toString(row.longAt(column));
      case BOOLEAN -> row.longAt(column) == 0 ? "false" : "true";
      case DATE -> LocalDate.ofEpochDay(row.longAt(column)).toString();
      case TIMESTAMP -> Instant.EPOCH.plus(row.longAt(column), ChronoUnit.MICROS).toString();
      case DOUBLE -> Double.toString(row.doubleAt(column));
      case DECIMAL -> decimal(row, column);
      case UUID -> new UUID(row.uuidMostAt(column), row.uuidLeastAt(column)).toString();
      case STRING -> new String(row.utf8At(column), StandardCharsets.UTF_8);
      case JSON -> new String(row.utf8At(column), StandardCharsets.UTF_8).replace(" ", "");
    };
  }

  private static String decimal(ResultRow row, int column) {
    var plain = new String(row.plainDecimalAt(column), StandardCharsets.US_ASCII);
    if (!row.decimalAt(column).toPlainString().equals(plain)) {
      throw new AssertionError(row.decimalAt(column) + " is written as " + plain);
    }
    return plain;
  }
}
