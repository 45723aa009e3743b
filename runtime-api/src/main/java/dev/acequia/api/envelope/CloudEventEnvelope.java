package dev.acequia.api.envelope;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** CloudEvents 1.0 in the three modes of their HTTP binding. */
final class CloudEventEnvelope implements Envelope {
  private static final String STRUCTURED = "application/cloudevents";
  private static final String BATCHED = "application/cloudevents-batch";
  private static final String PREFIX = "ce-";

  private final @Nullable String attributesField;

  CloudEventEnvelope(@Nullable String attributesField) {
    this.attributesField = attributesField;
  }

  static boolean recognises(HttpServletRequest request) {
    return contentType(request).startsWith(STRUCTURED)
        || request.getHeader("ce-specversion") != null
        || request.getHeader("ce-id") != null;
  }

  /** The media type alone. */
  private static String contentType(HttpServletRequest request) {
    var type = request.getContentType();
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<Message> open(
      HttpServletRequest request, byte[] body, int length, LongConsumer memory) {
    var type = contentType(request);
    if (!type.startsWith(STRUCTURED)) {
      return List.of(binary(request, body, length));
    }
    if (!type.endsWith("+json")) {
      throw new ProblemException(
          Problem.of(
                  ProblemType.UNSUPPORTED_MEDIA_TYPE,
                  "CloudEvents come as application/cloudevents+json,"
                      + " application/cloudevents-batch+json or in binary mode, not as "
                      + type
                      + ".")
              .withHeader("Accept-Post", STRUCTURED + "+json, " + BATCHED + "+json"));
    }
    var messages = new ArrayList<Message>();
    for (var event : StructuredEvent.parse(body, length, type.startsWith(BATCHED), memory)) {
      messages.add(
          new Message(
              id(event.attributes()),
              event.buffer(),
              event.offset(),
              event.length(),
              event.attributes()));
    }
    return messages;
  }

  private static Message binary(HttpServletRequest request, byte[] body, int length) {
    var type = contentType(request);
    if (!isJson(type) && !isLines(type)) {
      throw new ProblemException(
          Problem.of(
                  ProblemType.UNSUPPORTED_MEDIA_TYPE,
                  "The data of an event is application/json, or application/x-ndjson for several"
                      + " records.")
              .withHeader("Accept-Post", "application/json, application/x-ndjson"));
    }
    var attributes = new HashMap<String, String>();
    for (var name : Collections.list(request.getHeaderNames())) {
      var lower = name.toLowerCase(Locale.ROOT);
      if (lower.startsWith(PREFIX)) {
        attributes.put(lower.substring(PREFIX.length()), decode(request.getHeader(name)));
      }
    }
    return new Message(id(attributes), body, 0, length, attributes);
  }

  static boolean isJson(String mediaType) {
    return mediaType.equals("application/json") || mediaType.endsWith("+json");
  }

  private static boolean isLines(String mediaType) {
    return mediaType.equals("application/x-ndjson")
        || mediaType.equals("application/ndjson")
        || mediaType.equals("application/jsonl");
  }

  /** Percent-encoding, as the HTTP binding has it for header values; a lone % stands for itself. */
  private static String decode(String value) {
    if (value.indexOf('%') < 0) {
      return value;
    }
    var bytes = new java.io.ByteArrayOutputStream(value.length());
    for (var i = 0; i < value.length(); i++) {
      var high = i + 2 < value.length() ? Character.digit(value.charAt(i + 1), 16) : -1;
      var low = i + 2 < value.length() ? Character.digit(value.charAt(i + 2), 16) : -1;
      if (value.charAt(i) == '%' && high >= 0 && low >= 0) {
        bytes.write(high << 4 | low);
        i += 2;
      } else {
        bytes.writeBytes(value.substring(i, i + 1).getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Source and id together name an event; a sender that sends it again repeats both. */
  private static String id(Map<String, String> attributes) {
    var id = required(attributes, "id");
    var source = required(attributes, "source");
    var _ = required(attributes, "type");
    var version = required(attributes, "specversion");
    if (!version.equals("1.0")) {
      throw malformed("its specversion is '" + version + "', not 1.0");
    }
    return "ce:" + Digest.of(source, id);
  }

  private static String required(Map<String, String> attributes, String name) {
    var value = attributes.getOrDefault(name, "");
    if (value.isEmpty()) {
      throw malformed("it has no " + name);
    }
    return value;
  }

  static ProblemException malformed(String reason) {
    return new ProblemException(
        ProblemType.INVALID_BODY, "This is no CloudEvent of version 1.0: " + reason + ".");
  }

  @Override
  public String source() {
    return "cloudevents";
  }

  @Override
  public String attributePrefix() {
    return "ce_";
  }

  @Override
  public @Nullable String attributesField() {
    return attributesField;
  }

  /** An event's sender is often the program that makes it, which can be told. */
  @Override
  public boolean refusesBadRecords() {
    return true;
  }

  @Override
  public boolean provesItsSender() {
    return false;
  }
}
