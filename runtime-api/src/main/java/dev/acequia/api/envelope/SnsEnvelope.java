package dev.acequia.api.envelope;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.source.PushSources;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Amazon SNS: signed notifications, raw ones with a password, and the way a subscription begins.
 */
final class SnsEnvelope implements Envelope {
  private static final Logger LOG = LoggerFactory.getLogger(SnsEnvelope.class);
  private static final String TYPE_HEADER = "x-amz-sns-message-type";

  /** SNS itself gives up after an hour, and repeats are told for a day. */
  private static final Duration MAX_AGE = Duration.ofHours(12);

  private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

  private final PushSources.Sns declared;
  private final Secrets passwords;
  private final SnsSignature signature;
  private final SnsConfirmation confirmation;
  private final Clock clock;

  SnsEnvelope(PushSources.Sns declared, Vendors vendors, Secrets passwords, Clock clock) {
    this.declared = declared;
    this.passwords = passwords;
    this.signature = new SnsSignature(vendors, clock);
    this.confirmation = new SnsConfirmation(vendors, clock);
    this.clock = clock;
  }

  static boolean recognises(HttpServletRequest request) {
    return request.getHeader(TYPE_HEADER) != null;
  }

  @Override
  public void verify(HttpServletRequest request) {
    if (isRaw(request)) {
      verifyRaw(request);
    }
  }

  @Override
  public boolean isProvedByItsBody(HttpServletRequest request) {
    return !isRaw(request);
  }

  private static boolean isRaw(HttpServletRequest request) {
    return "true".equalsIgnoreCase(request.getHeader("x-amz-sns-rawdelivery"));
  }

  @Override
  public List<Message> open(
      HttpServletRequest request, byte[] body, int length, LongConsumer memory)
      throws InterruptedException {
    if (isRaw(request)) {
      return List.of(raw(request, body, length));
    }
    var message = SnsMessage.parse(body, length);
    if (!message.type().equals(request.getHeader(TYPE_HEADER))) {
      throw refused("The header " + TYPE_HEADER + " is not the message's Type.");
    }
    checkTopic(message.topicArn());
    signature.verify(message);
    return switch (message.type()) {
      case "Notification" -> {
        checkAge(message);
        yield List.of(
            new Message(
                id(message.messageId()),
                message.text("Message").getBytes(StandardCharsets.UTF_8),
                message.attributes()));
      }
      case "SubscriptionConfirmation" -> {
        confirmation.confirm(message);
        yield List.of();
      }
      case "UnsubscribeConfirmation" -> {
        LOG.warn("the subscription to {} has ended", message.topicArn());
        yield List.of();
      }
      default -> throw refused("A message of Type '" + message.type() + "' is not known.");
    };
  }

  /** A raw message is not signed, so its sender has to know a password. */
  private void verifyRaw(HttpServletRequest request) {
    if (!"Notification".equals(request.getHeader(TYPE_HEADER))) {
      throw refused("Only notifications come raw.");
    }
    if (!knowsPassword(request.getHeader("Authorization"))) {
      throw new ProblemException(
          Problem.of(
                  ProblemType.UNAUTHENTICATED,
                  "Raw messages are not signed; the subscription's address must carry a password of"
                      + " the Secret in spec.sources.sns.rawDeliverySecretName.")
              .withHeader("WWW-Authenticate", "Basic realm=\"acequia\", charset=\"UTF-8\""));
    }
    checkTopic(Objects.requireNonNullElse(request.getHeader("x-amz-sns-topic-arn"), ""));
  }

  private static Message raw(HttpServletRequest request, byte[] body, int length) {
    var id = request.getHeader("x-amz-sns-message-id");
    if (id == null) {
      throw refused("The header x-amz-sns-message-id is missing.");
    }
    return new Message(id(id), Arrays.copyOf(body, length), Map.of());
  }

  private boolean knowsPassword(@Nullable String authorization) {
    if (authorization == null || !authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
      return false;
    }
    try {
      var pair =
          new String(
              Base64.getDecoder().decode(authorization.substring(6).strip()),
              StandardCharsets.UTF_8);
      var colon = pair.indexOf(':');
      return colon >= 0 && passwords.contain(pair.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void checkTopic(String arn) {
    if (!declared.topicArns().contains(arn)) {
      throw refused("This topic is not among spec.sources.sns.topicArns.");
    }
  }

  private void checkAge(SnsMessage message) {
    var age = Duration.between(message.timestamp(), Instant.now(clock));
    if (age.compareTo(MAX_AGE) > 0 || age.compareTo(CLOCK_SKEW.negated()) < 0) {
      throw refused("The message is of " + message.timestamp() + ", and could be a replay.");
    }
  }

  private static String id(String messageId) {
    if (!messageId.matches("[-0-9A-Za-z]{1,100}")) {
      throw refused("The MessageId is malformed.");
    }
    return "sns:" + messageId;
  }

  static ProblemException refused(String detail) {
    return new ProblemException(ProblemType.SOURCE_NOT_TRUSTED, detail);
  }

  @Override
  public String source() {
    return "sns";
  }

  @Override
  public String attributePrefix() {
    return "sns_";
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
