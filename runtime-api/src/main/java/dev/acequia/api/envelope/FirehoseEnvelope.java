package dev.acequia.api.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Amazon Data Firehose's HTTP endpoint delivery, version 1.0: records in Base64 under one request
 * id, which the answer repeats. A request that is sent again has the same id and the same records.
 */
final class FirehoseEnvelope implements Envelope {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String REQUEST_ID = "X-Amz-Firehose-Request-Id";
  private static final String VERSION = "X-Amz-Firehose-Protocol-Version";
  private static final int MAX_MESSAGE = 8192;

  /** Of the smallest records a delivery could hold a million, each with an id of its own. */
  private static final int MAX_RECORDS = 100_000;

  /** A record's array and message, and an id of 110 characters, beside its data. */
  private static final long RECORD_BYTES = 256;

  private final @Nullable String attributesField;
  private final Secrets keys;
  private final Clock clock;

  FirehoseEnvelope(@Nullable String attributesField, Secrets keys, Clock clock) {
    this.attributesField = attributesField;
    this.keys = keys;
    this.clock = clock;
  }

  static boolean recognises(HttpServletRequest request) {
    return request.getHeader(REQUEST_ID) != null || request.getHeader(VERSION) != null;
  }

  @Override
  public void verify(HttpServletRequest request) {
    var key = request.getHeader("X-Amz-Firehose-Access-Key");
    if (key == null || !keys.contain(key)) {
      throw new ProblemException(
          ProblemType.UNAUTHENTICATED, "The stream's access key is missing or not in force.");
    }
  }

  @Override
  public List<Message> open(
      HttpServletRequest request, byte[] body, int length, LongConsumer memory) {
    var version = Objects.requireNonNullElse(request.getHeader(VERSION), "1.0");
    if (!version.equals("1.0")) {
      throw malformed("its protocol version is '" + version + "', not 1.0");
    }
    var id = Objects.requireNonNullElse(request.getHeader(REQUEST_ID), "");
    if (!id.matches("[-0-9A-Za-z]{1,100}")) {
      throw malformed("the header " + REQUEST_ID + " is missing or malformed");
    }
    var attributes = attributes(request.getHeader("X-Amz-Firehose-Common-Attributes"));
    var messages = new ArrayList<Message>();
    for (var data : records(id, body, length, memory)) {
      messages.add(new Message("firehose:" + id + ":" + messages.size(), data, attributes));
    }
    return messages;
  }

  private static List<byte[]> records(String id, byte[] body, int length, LongConsumer memory) {
    var records = new ArrayList<byte[]>();
    var sameId = false;
    var listed = false;
    try (var in = JSON.createParser(body, 0, length)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw malformed("it is not a JSON object");
      }
      for (var name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
        var value = in.nextToken();
        if (name.equals("requestId")) {
          sameId = id.equals(in.getText());
        } else if (name.equals("records") && value == JsonToken.START_ARRAY) {
          listed = true;
          while (in.nextToken() == JsonToken.START_OBJECT) {
            if (records.size() == MAX_RECORDS) {
              throw new ProblemException(
                  ProblemType.BODY_TOO_LARGE,
                  "A delivery has at most %,d records. Set a smaller buffer size for the stream."
                      .formatted(MAX_RECORDS));
            }
            memory.accept(RECORD_BYTES);
            records.add(data(in));
          }
          if (in.currentToken() != JsonToken.END_ARRAY) {
            throw malformed("a record is not a JSON object");
          }
        } else {
          in.skipChildren();
        }
      }
      if (in.nextToken() != null) {
        throw malformed("something follows its end");
      }
    } catch (IOException e) {
      throw malformed("it is not JSON, or holds data that is not Base64");
    }
    if (!sameId || !listed) {
      throw malformed("it has no records, or another requestId than its header");
    }
    return records;
  }

  private static byte[] data(JsonParser in) throws IOException {
    byte @Nullable [] data = null;
    for (var name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      in.nextToken();
      if (name.equals("data")) {
        data = in.getBinaryValue();
      } else {
        in.skipChildren();
      }
    }
    if (data == null) {
      throw malformed("a record has no data");
    }
    return data;
  }

  private static Map<String, String> attributes(@Nullable String header) {
    var attributes = new HashMap<String, String>();
    if (header != null) {
      try {
        JSON.readTree(header)
            .path("commonAttributes")
            .properties()
            .forEach(
                attribute -> attributes.put(attribute.getKey(), attribute.getValue().asText()));
      } catch (IOException e) {
        throw malformed("its common attributes are not JSON");
      }
    }
    return Map.copyOf(attributes); // which all records share
  }

  @Override
  public boolean accept(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    answer(request, response, null);
    return true;
  }

  @Override
  public void refuse(Problem problem, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.reset();
    response.setStatus(problem.type().status());
    problem.headers().forEach(response::setHeader);
    answer(request, response, problem);
  }

  /** Of the errors of single records, as many as the answer may hold. */
  private void answer(
      HttpServletRequest request, HttpServletResponse response, @Nullable Problem problem)
      throws IOException {
    var answer = new LinkedHashMap<String, Object>();
    answer.put("requestId", Objects.requireNonNullElse(request.getHeader(REQUEST_ID), ""));
    answer.put("timestamp", clock.millis());
    if (problem != null) {
      var errors = problem.members().get("errors");
      var message = problem.detail() + (errors == null ? "" : " " + errors);
      answer.put("errorMessage", message.substring(0, Math.min(message.length(), MAX_MESSAGE)));
    }
    var body = JSON.writeValueAsBytes(answer);
    response.setContentType("application/json");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private static ProblemException malformed(String reason) {
    return new ProblemException(
        ProblemType.INVALID_BODY, "This is no delivery of Amazon Data Firehose: " + reason + ".");
  }

  @Override
  public String source() {
    return "firehose";
  }

  @Override
  public String attributePrefix() {
    return "firehose_";
  }

  @Override
  public @Nullable String attributesField() {
    return attributesField;
  }

  @Override
  public boolean provesItsSender() {
    return true;
  }
}
