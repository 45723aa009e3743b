package dev.acequia.local.cli.letters;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.acequia.contract.record.RecordHeader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters for programs: a JSON object on a line for each. What is not UTF-8 is there twice: as
 * text with {@code \xff} for its bytes, and in base64 under a name that says so.
 */
public final class LetterJson {
  private static final JsonFactory JSON = new JsonFactory();

  private final PrintWriter out;

  public LetterJson(PrintWriter out) {
    this.out = out;
  }

  public void print(Letter letter) {
    var line = new StringWriter();
    try (var json = JSON.createGenerator(line)) {
      write(json, letter);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.println(line);
  }

  private static void write(JsonGenerator json, Letter letter) throws IOException {
    var record = letter.record();
    json.writeStartObject();
    json.writeObjectFieldStart("letter");
    json.writeNumberField("partition", record.partition());
    json.writeNumberField("offset", record.offset());
    json.writeStringField("putAside", letter.putAside().toString());
    json.writeEndObject();
    var source = letter.source();
    if (source.isPresent()) {
      json.writeObjectFieldStart("source");
      json.writeStringField("topic", source.get().topic());
      json.writeStringField("topicId", source.get().topicId());
      var generation = source.get().generation();
      if (generation != null) {
        json.writeNumberField("generation", generation);
      }
      json.writeNumberField("partition", source.get().partition());
      json.writeNumberField("offset", source.get().offset());
      sourceTime(json, letter);
      json.writeEndObject();
    }
    json.writeObjectFieldStart("error");
    text(json, "class", letter.text(RecordHeader.ERROR_CLASS));
    text(json, "field", letter.text(RecordHeader.ERROR_FIELD));
    text(json, "message", letter.text(RecordHeader.ERROR_MESSAGE));
    json.writeEndObject();
    text(json, "pipeline", letter.text(RecordHeader.PIPELINE));
    text(json, "schemaHash", letter.text(RecordHeader.SCHEMA_HASH));
    bytes(json, "key", record.key());
    bytes(json, "value", record.value());
    json.writeArrayFieldStart("headers");
    for (var header : record.headers()) {
      json.writeStartObject();
      json.writeStringField("name", header.key());
      bytes(json, "value", header.value());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void sourceTime(JsonGenerator json, Letter letter) throws IOException {
    var millis = letter.text(RecordHeader.SOURCE_TIMESTAMP);
    if (millis != null && millis.matches("[0-9]{1,15}")) {
      json.writeStringField("time", Instant.ofEpochMilli(Long.parseLong(millis)).toString());
    }
  }

  private static void text(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  private static void bytes(JsonGenerator json, String name, byte @Nullable [] value)
      throws IOException {
    if (value == null) {
      json.writeNullField(name);
      return;
    }
    var text = ReadableBytes.asText(value);
    if (text.isPresent()) {
      json.writeStringField(name, text.get());
    } else {
      json.writeStringField(name, ReadableBytes.onOneLine(value, Integer.MAX_VALUE));
      json.writeBinaryField(name + "Base64", value);
    }
  }
}
