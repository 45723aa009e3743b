package dev.acequia.operator.observe;

import dev.acequia.operator.kafka.KafkaSecret;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.KafkaCredentials.Password;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.SecretVersion;
import dev.acequia.operator.plan.UserPasswords;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Secrets that hold the passwords of a pipeline's users in Kafka. Whoever writes Secrets in the
 * pipeline's namespace can write these; they can give the pipeline's own users another password,
 * and nothing else.
 */
public final class KafkaUserSecrets {
  /** The key that Pods mount. */
  static final String FILE = "kafka.properties";

  /** The key of a password that Kafka has not accepted yet. */
  private static final String NEXT = "next.properties";

  private KafkaUserSecrets() {}

  /** Reads the Secrets. A reconcile reads them once, so that its claim and its plan agree. */
  public static UserPasswords read(
      PipelineNames names, @Nullable String installation, Children children) {
    return new UserPasswords(
        read(names, Component.CONSUMER, installation, children),
        read(names, Component.API, installation, children));
  }

  private static UserPasswords.OfUser read(
      PipelineNames names, Component role, @Nullable String installation, Children children) {
    var secret = children.secret(names.kafkaSecret(role));
    var user = names.kafkaUser(role, installation);
    var taken = password(secret, FILE, user);
    return new UserPasswords.OfUser(
        taken.orElse(null),
        password(secret, NEXT, user).filter(next -> !taken.equals(Optional.of(next))).orElse(null),
        secret
            .map(Secret::getMetadata)
            .filter(found -> found.getUid() != null && found.getResourceVersion() != null)
            .map(found -> new SecretVersion(found.getUid(), found.getResourceVersion()))
            .orElse(null));
  }

  /** Empty where the Secret is absent, or says anything but the password of this very user. */
  private static Optional<Password> password(Optional<Secret> secret, String key, String user) {
    return secret
        .flatMap(found -> SecretValues.value(found, key))
        .flatMap(KafkaSecret::parse)
        .flatMap(credentials -> credentials.scramPassword(user));
  }
}
