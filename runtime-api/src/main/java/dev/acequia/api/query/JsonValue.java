package dev.acequia.api.query;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.ResultRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Values as JSON: numbers exact, whatever their size; all that has no form of its own a string. */
final class JsonValue {
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
  private static final String HEX = "0123456789abcdef";

  private JsonValue() {}

  static void write(PageBuffer out, FieldType type, ResultRow row, int column) throws IOException {
    if (row.isNull(column)) {
      out.put(NULL);
      return;
    }
    switch (type) {
      case INT32, INT64, BOOLEAN, DECIMAL -> PlainValue.write(out, type, row, column);
      case DOUBLE -> {
        if (Double.isFinite(row.doubleAt(column))) {
          PlainValue.write(out, type, row, column);
        } else {
          out.put(NULL);
        }
      }
      case DATE, TIMESTAMP, UUID -> {
        out.put('"');
        PlainValue.write(out, type, row, column);
        out.put('"');
      }
      case STRING -> string(out, row.utf8At(column));
      case JSON -> oneLine(out, row.utf8At(column));
    }
  }

  static void string(PageBuffer out, byte[] utf8) throws IOException {
    out.put('"');
    var plain = 0;
    for (var i = 0; i < utf8.length; i++) {
      var b = utf8[i];
      if (b >= ' ' && b != '"' && b != '\\' || b < 0) {
        continue;
      }
      out.put(utf8, plain, i);
      plain = i + 1;
      switch (b) {
        case '"' -> out.put("\\\"");
        case '\\' -> out.put("\\\\");
        case '\n' -> out.put("\\n");
        case '\r' -> out.put("\\r");
        case '\t' -> out.put("\\t");
        default -> {
          out.put("\\u00");
          out.put(HEX.charAt(b >> 4));
          out.put(HEX.charAt(b & 0xf));
        }
      }
    }
    out.put(utf8, plain, utf8.length);
    out.put('"');
  }

  /** Line breaks in JSON are white space, but would end a line of NDJSON. */
  private static void oneLine(PageBuffer out, byte[] json) throws IOException {
    var plain = 0;
    for (var i = 0; i < json.length; i++) {
      if (json[i] == '\n' || json[i] == '\r') {
        out.put(json, plain, i);
        out.put(' ');
        plain = i + 1;
      }
    }
    out.put(json, plain, json.length);
  }
}
