package dev.acequia.api.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jwt.JWTParser;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.source.PushSources;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.text.ParseException;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A push subscription of Google Pub/Sub with authentication: messages wrapped in JSON, or unwrapped
 * with their metadata in headers.
 */
final class PubSubEnvelope implements Envelope {
  /** A push has some 10 members and 100 attributes; as a tree, each token takes 50 bytes. */
  private static final int MAX_TOKENS = 5000;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxTokenCount(MAX_TOKENS).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final String UNWRAPPED_ID = "x-goog-pubsub-message-id";
  private static final String UNWRAPPED_SUBSCRIPTION = "x-goog-pubsub-subscription-name";
  private static final String BEARER = "Bearer ";

  private final PushSources.PubSub declared;
  private final GoogleTokens tokens;

  PubSubEnvelope(PushSources.PubSub declared, Vendors vendors, Clock clock) {
    this.declared = declared;
    this.tokens = new GoogleTokens(declared.audience(), declared.serviceAccount(), vendors, clock);
  }

  static boolean recognises(HttpServletRequest request) {
    var agent = request.getHeader("User-Agent");
    return request.getHeader(UNWRAPPED_ID) != null
        || (agent != null && agent.startsWith("CloudPubSub-Google"));
  }

  /** Whether the request claims to be of the declared account; that is verified later. */
  boolean recognisesToken(HttpServletRequest request) {
    return token(request)
        .map(
            token -> {
              try {
                var claims = JWTParser.parse(token).getJWTClaimsSet();
                return claims != null && declared.serviceAccount().equals(claims.getClaim("email"));
              } catch (ParseException e) {
                return false;
              }
            })
        .orElse(false);
  }

  private static Optional<String> token(HttpServletRequest request) {
    return Optional.ofNullable(request.getHeader("Authorization"))
        .filter(text -> text.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(text -> text.substring(BEARER.length()).strip());
  }

  @Override
  public void verify(HttpServletRequest request) {
    tokens.verify(
        token(request)
            .orElseThrow(
                () ->
                    GoogleTokens.refused(
                        "The push has no token; enable authentication on the subscription.")));
  }

  @Override
  public List<Message> open(
      HttpServletRequest request, byte[] body, int length, LongConsumer memory) {
    var id = request.getHeader(UNWRAPPED_ID);
    return List.of(
        id == null
            ? wrapped(body, length)
            : new Message(
                id(Objects.requireNonNullElse(request.getHeader(UNWRAPPED_SUBSCRIPTION), ""), id),
                Arrays.copyOf(body, length),
                Map.of()));
  }

  private static Message wrapped(byte[] body, int length) {
    JsonNode document;
    try {
      document = JSON.readTree(body, 0, length);
    } catch (IOException e) {
      throw malformed("it is not JSON");
    }
    var message = document.path("message");
    if (!message.isObject()) {
      throw malformed("it has no message");
    }
    var id = message.path(message.has("messageId") ? "messageId" : "message_id");
    var subscription = document.path("subscription");
    if (!id.isTextual() || !subscription.isTextual()) {
      throw malformed("it lacks message.messageId or subscription");
    }
    var attributes = new HashMap<String, String>();
    message
        .path("attributes")
        .properties()
        .forEach(attribute -> attributes.put(attribute.getKey(), attribute.getValue().asText()));
    return new Message(id(subscription.asText(), id.asText()), data(message), attributes);
  }

  private static byte[] data(JsonNode message) {
    try {
      var data = message.path("data").binaryValue();
      return data == null ? new byte[0] : data;
    } catch (IOException e) {
      throw malformed("its message.data is not Base64");
    }
  }

  /** Subscriptions to one topic each deliver the message under its id. */
  private static String id(String subscription, String messageId) {
    return "pubsub:" + Digest.of(subscription, messageId);
  }

  private static ProblemException malformed(String reason) {
    return new ProblemException(
        ProblemType.INVALID_BODY, "This is no push of Google Pub/Sub: " + reason + ".");
  }

  @Override
  public String source() {
    return "pubsub";
  }

  @Override
  public String attributePrefix() {
    return "pubsub_";
  }

  @Override
  public @Nullable String attributesField() {
    return declared.attributesField();
  }

  @Override
  public boolean provesItsSender() {
    return true;
  }
}
