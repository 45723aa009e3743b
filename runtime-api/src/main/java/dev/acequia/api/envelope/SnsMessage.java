package dev.acequia.api.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.IOException;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The document in which SNS wraps a message. */
record SnsMessage(JsonNode document) {
  /** A message has some 15 members and 10 attributes; as a tree, each token takes 50 bytes. */
  private static final int MAX_TOKENS = 5000;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxTokenCount(MAX_TOKENS).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** In this order, with those that are there. */
  private static final List<String> SIGNED_NOTIFICATION =
      List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");

  private static final List<String> SIGNED_CONFIRMATION =
      List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

  static SnsMessage parse(byte[] body, int length) {
    try {
      var document = JSON.readTree(body, 0, length);
      if (document != null && document.isObject()) {
        return new SnsMessage(document);
      }
    } catch (IOException e) {
      throw malformed("it is not JSON");
    }
    throw malformed("it is not a JSON object");
  }

  String type() {
    return text("Type");
  }

  String messageId() {
    return text("MessageId");
  }

  String topicArn() {
    return text("TopicArn");
  }

  /** The region in the topic's ARN. */
  String region() {
    var parts = topicArn().split(":", -1);
    return parts.length > 3 ? parts[3] : "";
  }

  Instant timestamp() {
    try {
      return Instant.parse(text("Timestamp"));
    } catch (DateTimeException e) {
      throw malformed("its Timestamp is no time");
    }
  }

  /** A member that must be there. */
  String text(String name) {
    var value = document.path(name);
    if (!value.isTextual()) {
      throw malformed("it has no " + name);
    }
    return value.asText();
  }

  /** An address among the members. */
  URI address(String name) {
    try {
      return URI.create(text(name));
    } catch (IllegalArgumentException e) {
      throw malformed("its " + name + " is no address");
    }
  }

  Map<String, String> attributes() {
    var attributes = new HashMap<String, String>();
    document
        .path("MessageAttributes")
        .properties()
        .forEach(
            attribute ->
                attributes.put(attribute.getKey(), attribute.getValue().path("Value").asText()));
    return attributes;
  }

  /** What the signature is of. */
  String signedText() {
    var text = new StringBuilder();
    for (var name : type().equals("Notification") ? SIGNED_NOTIFICATION : SIGNED_CONFIRMATION) {
      if (document.path(name).isTextual()) {
        text.append(name).append('\n').append(document.path(name).asText()).append('\n');
      }
    }
    return text.toString();
  }

  static ProblemException malformed(String reason) {
    return new ProblemException(
        ProblemType.INVALID_BODY, "This is no message of Amazon SNS: " + reason + ".");
  }
}
