package dev.acequia.api.query;

import dev.acequia.stores.query.ResultRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The column-oriented form of data frames: {@code {"passenger_id": {"0": 1, "1": 2}, …}}. Each
 * column grows apart, and they are joined at the end.
 */
final class ColumnsPage implements PageWriter {
  private static final int MEMORY = 1 << 19;

  private final PageBuffer out;
  private final List<ResultColumn> columns;
  private final PageBuffer[] values;
  private int rows;

  ColumnsPage(PageBuffer out, List<ResultColumn> columns) {
    this.out = out;
    this.columns = columns;
    this.values = new PageBuffer[columns.size()];
    for (var i = 0; i < values.length; i++) {
      values[i] = out.part(MEMORY / values.length);
    }
  }

  @Override
  public void row(ResultRow row) throws IOException {
    for (var i = 0; i < values.length; i++) {
      var value = values[i];
      value.put(rows == 0 ? "\"" : ", \"");
      value.put((long) rows);
      value.put("\": ");
      JsonValue.write(value, columns.get(i).type(), row, i);
    }
    rows++;
  }

  /** What its columns hold in memory, in bytes. */
  long held() {
    return Arrays.stream(values).mapToLong(PageBuffer::held).sum();
  }

  @Override
  public void end() throws IOException {
    for (var i = 0; i < values.length; i++) {
      out.put(i == 0 ? "{" : ", ");
      out.put(JsonPage.quoted(columns.get(i).name()).getBytes(StandardCharsets.UTF_8));
      out.put(": {");
      out.putAll(values[i]);
      values[i].close();
      out.put('}');
    }
    out.put("}\n");
  }

  @Override
  public void close() throws IOException {
    for (var value : values) {
      value.close();
    }
  }
}
