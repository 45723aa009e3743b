package dev.acequia.api.query;

import dev.acequia.stores.query.ResultRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Rows as JSON objects: in an array, each on a line, or one alone. */
final class JsonPage implements PageWriter {

  /** What stands around the rows. */
  enum Frame {
    ARRAY,
    LINES,
    SINGLE
  }

  private final PageBuffer out;
  private final List<ResultColumn> columns;
  private final byte[][] names;
  private final Frame frame;
  private boolean first = true;

  JsonPage(PageBuffer out, List<ResultColumn> columns, Frame frame) throws IOException {
    this.out = out;
    this.columns = columns;
    this.names = names(columns);
    this.frame = frame;
    if (frame == Frame.ARRAY) {
      out.put('[');
    }
  }

  @Override
  public void row(ResultRow row) throws IOException {
    if (!first && frame == Frame.ARRAY) {
      out.put(",\n ");
    }
    first = false;
    for (var i = 0; i < names.length; i++) {
      out.put(names[i]);
      JsonValue.write(out, columns.get(i).type(), row, i);
    }
    out.put('}');
    if (frame == Frame.LINES) {
      out.put('\n');
    }
  }

  @Override
  public void end() throws IOException {
    switch (frame) {
      case ARRAY -> out.put("]\n");
      case SINGLE -> out.put('\n');
      case LINES -> {}
    }
  }

  /** What stands before each value: brace or comma, name, colon. */
  private static byte[][] names(List<ResultColumn> columns) throws IOException {
    var names = new byte[columns.size()][];
    for (var i = 0; i < names.length; i++) {
      names[i] =
          ((i == 0 ? "{" : ",") + quoted(columns.get(i).name()) + ":")
              .getBytes(StandardCharsets.UTF_8);
    }
    return names;
  }

  /** A column's name as a JSON string; names hold no control characters. */
  static String quoted(String name) {
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
