package dev.acequia.api.query;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.ResultRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * CSV of RFC 4180 with a header row. A null is an empty field, an empty string an empty one in
 * quotes.
 */
final class CsvPage implements PageWriter {
  private final PageBuffer out;
  private final List<ResultColumn> columns;

  CsvPage(PageBuffer out, List<ResultColumn> columns) throws IOException {
    this.out = out;
    this.columns = columns;
    for (var i = 0; i < columns.size(); i++) {
      separate(i);
      text(columns.get(i).name().getBytes(StandardCharsets.UTF_8));
    }
    out.put("\r\n");
  }

  @Override
  public void row(ResultRow row) throws IOException {
    for (var i = 0; i < columns.size(); i++) {
      separate(i);
      if (row.isNull(i)) {
        continue;
      }
      var type = columns.get(i).type();
      if (type == FieldType.STRING || type == FieldType.JSON) {
        text(row.utf8At(i));
      } else {
        PlainValue.write(out, type, row, i);
      }
    }
    out.put("\r\n");
  }

  @Override
  public void end() {}

  private void separate(int column) throws IOException {
    if (column > 0) {
      out.put(',');
    }
  }

  private void text(byte[] utf8) throws IOException {
    if (!needsQuotes(utf8)) {
      out.put(utf8);
      return;
    }
    out.put('"');
    var plain = 0;
    for (var i = 0; i < utf8.length; i++) {
      if (utf8[i] == '"') {
        out.put(utf8, plain, i + 1);
        plain = i;
      }
    }
    out.put(utf8, plain, utf8.length);
    out.put('"');
  }

  private static boolean needsQuotes(byte[] utf8) {
    if (utf8.length == 0 || utf8[0] == ' ' || utf8[utf8.length - 1] == ' ') {
      return true;
    }
    for (var b : utf8) {
      if (b == '"' || b == ',' || b == '\n' || b == '\r') {
        return true;
      }
    }
    return false;
  }
}
