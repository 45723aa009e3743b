package dev.acequia.servers;

import java.util.List;
import java.util.Map;

/**
 * What may be said about the broker.
 *
 * @param jvmOptions of the broker's virtual machine
 * @param properties broker settings that win over the defaults of {@link KafkaServer}
 * @param environment variables of the process, beside those of this one
 */
public record KafkaSettings(
    List<String> jvmOptions, Map<String, String> properties, Map<String, String> environment) {
  public KafkaSettings {
    jvmOptions = List.copyOf(jvmOptions);
    properties = Map.copyOf(properties);
    environment = Map.copyOf(environment);
  }

  /** With the environment of this process. */
  public KafkaSettings(List<String> jvmOptions, Map<String, String> properties) {
    this(jvmOptions, properties, Map.of());
  }

  /** A small broker that starts fast. */
  public static KafkaSettings small() {
    return new KafkaSettings(List.of("-Xms64m", "-Xmx384m"), Map.of());
  }
}
