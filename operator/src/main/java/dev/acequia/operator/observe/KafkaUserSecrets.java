package dev.acequia.operator.observe;

import dev.acequia.operator.kafka.KafkaSecret;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.KafkaCredentials.Password;
import dev.acequia.operator.plan.PipelineNames;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Secrets that hold the passwords of a pipeline's users in Kafka. Whoever writes Secrets in the
 * pipeline's namespace can write these; they can give the pipeline's own users another password,
 * and nothing else.
 */
public final class KafkaUserSecrets {
  static final String FILE = "kafka.properties";

  private KafkaUserSecrets() {}

  /** The passwords by component; empty until each user has one. */
  public static Map<Component, Password> passwords(
      PipelineNames names, @Nullable String installation, Children children) {
    var passwords = new EnumMap<Component, Password>(Component.class);
    for (var role : new Component[] {Component.CONSUMER, Component.API}) {
      var password = password(names, role, installation, children);
      if (password.isEmpty()) {
        return Map.of();
      }
      passwords.put(role, password.get());
    }
    return passwords;
  }

  /** Empty where the Secret is absent, or says anything but the password of this very user. */
  static Optional<Password> password(
      PipelineNames names, Component role, @Nullable String installation, Children children) {
    return children
        .secret(names.kafkaSecret(role))
        .flatMap(secret -> SecretValues.value(secret, FILE))
        .flatMap(KafkaSecret::parse)
        .flatMap(credentials -> credentials.scramPassword(names.kafkaUser(role, installation)));
  }
}
