package dev.acequia.operator.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How the operator's own clients reach Kafka.
 *
 * @param bootstrapServers {@code host:port,…}
 */
public record KafkaAddress(String bootstrapServers, KafkaLogin login) {
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(5);

  /** For a Kafka that takes anyone. */
  public static KafkaAddress open(String bootstrapServers) {
    return new KafkaAddress(bootstrapServers, KafkaLogin.none());
  }

  /** Settings that every client has; the map is the caller's to change. */
  public Map<String, Object> settings(String clientId) {
    var settings = new HashMap<>(login.settings());
    settings.put("bootstrap.servers", bootstrapServers);
    settings.put("client.id", clientId);
    settings.put("request.timeout.ms", (int) REQUEST_LIMIT.toMillis());
    return settings;
  }

  /** The version of the credentials; a client of another one has to be replaced. */
  public String version() {
    return login.version();
  }
}
