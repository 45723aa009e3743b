package dev.acequia.operator.plan;

import dev.acequia.contract.Fingerprint;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the processes of one pipeline log on to Kafka with.
 *
 * @param consumer the consumer's, and the migration's
 * @param api the API's; the same where the pipeline has one user for all
 * @param areTaken whether Kafka is known to take them; until then no Pod uses them
 */
public record KafkaLogins(Login consumer, Login api, boolean areTaken) {

  /**
   * One component's log-on. At least one of the two is there.
   *
   * @param mounted the credentials that Pods mount; null until Kafka accepts the first
   * @param next the credentials that Kafka has not accepted yet; null without any
   * @param read the Secret's version; null without a Secret
   */
  public record Login(
      @Nullable KafkaCredentials mounted,
      @Nullable KafkaCredentials next,
      @Nullable SecretVersion read) {

    static Login of(KafkaCredentials credentials) {
      return new Login(credentials, null, null);
    }

    KafkaCredentials credentials() {
      return mounted != null ? mounted : Objects.requireNonNull(next);
    }
  }

  /** Log-ons that Pods mount. */
  public KafkaLogins(KafkaCredentials consumer, KafkaCredentials api, boolean areTaken) {
    this(Login.of(consumer), Login.of(api), areTaken);
  }

  /** One log-on for all processes, by somebody who has made it in Kafka. */
  public static KafkaLogins ofAll(KafkaCredentials credentials) {
    return new KafkaLogins(credentials, credentials, true);
  }

  KafkaCredentials of(Component component) {
    return switch (component) {
      case API -> api.credentials();
      case CONSUMER, MIGRATION -> consumer.credentials();
    };
  }

  /** A fingerprint of whom the processes trust. */
  String authority() {
    var tls = consumer.credentials().tls();
    return Fingerprint.of(tls == null ? "" : tls.authority());
  }

  /** A fingerprint of what they prove themselves with. */
  String proof() {
    var one = consumer.credentials();
    var other = api.credentials();
    return one.equals(other) ? one.proof() : Fingerprint.of(one.proof(), other.proof());
  }
}
