package dev.acequia.operator.plan;

import dev.acequia.contract.Fingerprint;

/**
 * What the processes of one pipeline log on to Kafka with.
 *
 * @param consumer the consumer's, and the migration's
 * @param api the API's; the same where the pipeline has one user for all
 * @param areTaken whether Kafka is known to take them; until then no Pod uses them
 */
public record KafkaLogins(KafkaCredentials consumer, KafkaCredentials api, boolean areTaken) {

  /** One log-on for all processes, by somebody who has made it in Kafka. */
  public static KafkaLogins ofAll(KafkaCredentials credentials) {
    return new KafkaLogins(credentials, credentials, true);
  }

  KafkaCredentials of(Component component) {
    return switch (component) {
      case API -> api;
      case CONSUMER, MIGRATION -> consumer;
    };
  }

  /** A fingerprint of whom the processes trust. */
  String authority() {
    var tls = consumer.tls();
    return Fingerprint.of(tls == null ? "" : tls.authority());
  }

  /** A fingerprint of what they prove themselves with. */
  String proof() {
    return consumer.equals(api) ? consumer.proof() : Fingerprint.of(consumer.proof(), api.proof());
  }
}
