package dev.acequia.api.query;

import dev.acequia.api.http.QueryString;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.ResultRow;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One page as it is read: passes the rows on, notes where the last one stands in the order, and
 * learns from one row more that there is another page.
 */
final class Page implements RowSink {
  private final Query query;
  private final PageBuffer out;
  private final Form form;
  private final List<Expression> columns;
  private PageWriter writer;
  private int rows;
  private boolean cut;
  private List<@Nullable Literal> last = List.of();

  /** How a page is written. */
  interface Form {
    PageWriter begin(PageBuffer out) throws IOException;
  }

  private Page(Query query, PageBuffer out, Form form) throws IOException {
    this.query = query;
    this.out = out;
    this.form = form;
    this.columns = query.columns();
    this.writer = form.begin(out);
  }

  /** Reads the page into a buffer. */
  static Page read(StoreReader store, Query query, PageBuffer out, Form form)
      throws StoreReadException, IOException {
    var page = new Page(query, out, form);
    try {
      store.read(query.withLimit(query.limit() + 1), page);
      page.writer.end();
      return page;
    } finally {
      page.writer.close();
    }
  }

  @Override
  public void restart() throws IOException {
    writer.close();
    out.clear();
    rows = 0;
    cut = false;
    last = List.of();
    writer = form.begin(out);
  }

  @Override
  public void row(ResultRow row) throws IOException {
    if (rows == query.limit()) {
      cut = true;
      return;
    }
    writer.row(row);
    rows++;
    if (rows == query.limit()) {
      last = position(row);
    }
  }

  int rows() {
    return rows;
  }

  /** Whether the result goes on. */
  boolean isCut() {
    return cut;
  }

  /** The cursor of the next page of the query with these parameters, null when this is the last. */
  @Nullable Cursor next(QueryString parameters, long firstRow) {
    return cut && !last.isEmpty() ? Cursor.after(parameters, firstRow + rows, last) : null;
  }

  private List<@Nullable Literal> position(ResultRow row) {
    var values = new ArrayList<@Nullable Literal>();
    for (OrderTerm term : query.order()) {
      var column = columns.indexOf(term.expression());
      values.add(row.isNull(column) ? null : literal(term.expression(), row, column));
    }
    return values;
  }

  /** Equal, and shorter. BigDecimal itself would divide by ten as often as there are zeros. */
  private static BigDecimal withoutZerosAtItsEnd(byte[] plain) {
    var text = new String(plain, StandardCharsets.US_ASCII);
    var whole = text.length();
    if (text.indexOf('.') >= 0) {
      var end = lengthWithoutZeros(text, whole);
      if (text.charAt(end - 1) != '.') {
        return new BigDecimal(text.substring(0, end));
      }
      whole = end - 1;
    }
    var end = lengthWithoutZeros(text, whole);
    return new BigDecimal(text.substring(0, end)).scaleByPowerOfTen(whole - end);
  }

  private static int lengthWithoutZeros(String text, int length) {
    var end = length;
    while (end > 1 && text.charAt(end - 1) == '0') {
      end--;
    }
    return end;
  }

  private static Literal literal(Expression expression, ResultRow row, int column) {
    var type = expression.type();
    return switch (type) {
      case INT32 -> new Literal(type, (int) row.longAt(column));
      case INT64 -> new Literal(type, row.longAt(column));
      case BOOLEAN -> new Literal(type, row.longAt(column) != 0);
      case DOUBLE -> new Literal(type, row.doubleAt(column));
      case DECIMAL -> new Literal(type, withoutZerosAtItsEnd(row.plainDecimalAt(column)));
      case DATE -> new Literal(type, LocalDate.ofEpochDay(row.longAt(column)));
      case TIMESTAMP -> Literal.timestamp(row.longAt(column));
      case UUID -> new Literal(type, new UUID(row.uuidMostAt(column), row.uuidLeastAt(column)));
      case STRING -> new Literal(type, new String(row.utf8At(column), StandardCharsets.UTF_8));
      case JSON -> throw new IllegalArgumentException("json has no order");
    };
  }
}
