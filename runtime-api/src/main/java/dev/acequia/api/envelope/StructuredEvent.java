package dev.acequia.api.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.record.TextEncoding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An event as a JSON object. Data that is JSON stays as it stands in the body, byte for byte.
 *
 * @param buffer holds the data: {@code length} bytes from {@code offset}
 */
record StructuredEvent(Map<String, String> attributes, byte[] buffer, int offset, int length) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final int MAX_EVENTS = 20_000;

  /** An entry of a map and the text that it holds, beside the characters. */
  private static final long ATTRIBUTE_BYTES = 100;

  /** One event, or an array of them. */
  static List<StructuredEvent> parse(byte[] body, int length, boolean batch, LongConsumer memory) {
    var encoding = TextEncoding.other(body, 0, length);
    if (encoding != null) {
      // A parser of characters would not know at which byte the data stand.
      throw CloudEventEnvelope.malformed("it is in " + encoding + ", not UTF-8");
    }
    var events = new ArrayList<StructuredEvent>();
    try (var in = JSON.createParser(body, 0, length)) {
      var first = in.nextToken();
      if (first != (batch ? JsonToken.START_ARRAY : JsonToken.START_OBJECT)) {
        throw CloudEventEnvelope.malformed("it is not a JSON " + (batch ? "array" : "object"));
      }
      if (!batch) {
        events.add(new Reading(in, body, memory).event());
      } else {
        while (in.nextToken() == JsonToken.START_OBJECT) {
          if (events.size() == MAX_EVENTS) {
            throw new ProblemException(
                ProblemType.BODY_TOO_LARGE, "A batch has at most " + MAX_EVENTS + " events.");
          }
          events.add(new Reading(in, body, memory).event());
        }
        if (in.currentToken() != JsonToken.END_ARRAY) {
          throw CloudEventEnvelope.malformed("an element is not a JSON object");
        }
      }
      if (in.nextToken() != null) {
        throw CloudEventEnvelope.malformed("something follows its end");
      }
    } catch (IOException e) {
      throw CloudEventEnvelope.malformed("it is not JSON, or its data_base64 is not Base64");
    }
    return events;
  }

  /** The members of one event as they come. */
  private static final class Reading {
    private final JsonParser in;
    private final byte[] body;
    private final LongConsumer memory;
    private final Map<String, String> attributes = new HashMap<>();
    private @Nullable String text;
    private byte[] buffer = new byte[0];
    private int offset;
    private int length;

    Reading(JsonParser in, byte[] body, LongConsumer memory) {
      this.in = in;
      this.body = body;
      this.memory = memory;
    }

    StructuredEvent event() throws IOException {
      for (var name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
        var value = in.nextToken();
        switch (name) {
          case "data" -> data(value);
          case "data_base64" -> take(in.getBinaryValue());
          default -> {
            if (value.isStructEnd() || value.isStructStart()) {
              throw CloudEventEnvelope.malformed("its attribute " + name + " is no plain value");
            }
            if (value != JsonToken.VALUE_NULL) {
              memory.accept(ATTRIBUTE_BYTES);
              attributes.put(name, in.getText());
              Message.checkCount(attributes);
            }
          }
        }
      }
      var type = attributes.getOrDefault("datacontenttype", "application/json");
      if (text != null
          && !CloudEventEnvelope.isJson(type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))) {
        take(text.getBytes(StandardCharsets.UTF_8));
      }
      return new StructuredEvent(attributes, buffer, offset, length);
    }

    /** A text is data itself where the data are not JSON, and the JSON of a text where they are. */
    private void data(JsonToken value) throws IOException {
      if (value == JsonToken.VALUE_STRING) {
        text = in.getText();
      }
      buffer = body;
      offset = (int) in.currentTokenLocation().getByteOffset();
      in.skipChildren();
      length = (int) in.currentLocation().getByteOffset() - offset;
    }

    private void take(byte[] bytes) {
      buffer = bytes;
      offset = 0;
      length = bytes.length;
    }
  }
}
