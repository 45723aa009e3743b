package dev.acequia.local.cli.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.acequia.contract.Schema;
import dev.acequia.local.cli.infer.FieldNames;
import dev.acequia.local.cli.source.JsonLines;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an NDJSON file as they stand, but for names: what {@code new} called {@code
 * passenger_id} stands as {@code passengerId} in the file.
 */
final class JsonRecords implements RecordSource {
  private static final JsonFactory JSON = JsonFactory.builder().build();

  private final JsonLines lines;
  private final Schema schema;
  private final Set<String> ignored;

  JsonRecords(JsonLines lines, Schema schema, Set<String> ignored) {
    this.lines = lines;
    this.schema = schema;
    this.ignored = ignored;
  }

  @Override
  public boolean next() {
    return lines.next();
  }

  @Override
  public long line() {
    return lines.line();
  }

  @Override
  public @Nullable String fault() {
    return null;
  }

  @Override
  public void writeTo(RecordBuffer out) {
    var begin = out.size();
    try {
      if (needsRewriting()) {
        rewrite(out);
        return;
      }
    } catch (IOException e) {
      // Not JSON: the endpoint says so, of the line as it stands.
      out.cut(begin);
    }
    out.write(lines.buffer(), lines.offset(), lines.length());
  }

  private boolean needsRewriting() throws IOException {
    try (var parser = parser()) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        var name = parser.currentName();
        if (ignored.contains(name) || !fieldFor(name).equals(name)) {
          return true;
        }
        parser.nextToken();
        parser.skipChildren();
      }
      return false;
    }
  }

  private void rewrite(RecordBuffer out) throws IOException {
    try (var parser = parser();
        var json = JSON.createGenerator(out)) {
      parser.nextToken();
      json.writeStartObject();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        var name = parser.currentName();
        parser.nextToken();
        if (ignored.contains(name)) {
          parser.skipChildren();
        } else {
          json.writeFieldName(fieldFor(name));
          json.copyCurrentStructureExact(parser);
        }
      }
      json.writeEndObject();
    }
  }

  private JsonParser parser() throws IOException {
    return JSON.createParser(lines.buffer(), lines.offset(), lines.length());
  }

  /** The field of this name or of what {@code new} made of it; else the name as it is. */
  private String fieldFor(String name) {
    if (schema.indexOf(name) >= 0) {
      return name;
    }
    return FieldNames.of(name).filter(field -> schema.indexOf(field) >= 0).orElse(name);
  }

  @Override
  public double progress() {
    return lines.progress();
  }

  @Override
  public void close() {
    lines.close();
  }
}
