package dev.acequia.servers;

import java.util.List;
import java.util.Map;

/**
 * What may be said about the broker.
 *
 * @param jvmOptions of the broker's virtual machine
 * @param properties broker settings that win over the defaults of {@link KafkaServer}
 */
public record KafkaSettings(List<String> jvmOptions, Map<String, String> properties) {
  public KafkaSettings {
    jvmOptions = List.copyOf(jvmOptions);
    properties = Map.copyOf(properties);
  }

  /** A small broker that starts fast. */
  public static KafkaSettings small() {
    return new KafkaSettings(List.of("-Xms64m", "-Xmx384m"), Map.of());
  }
}
