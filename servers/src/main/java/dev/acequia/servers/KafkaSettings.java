package dev.acequia.servers;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What may be said about the broker.
 *
 * @param jvmOptions of the broker's virtual machine
 * @param properties broker settings that win over the defaults of {@link KafkaServer}
 * @param environment variables of the process, beside those of this one
 * @param security who may do what; null: anyone anything
 */
public record KafkaSettings(
    List<String> jvmOptions,
    Map<String, String> properties,
    Map<String, String> environment,
    @Nullable KafkaSecurity security) {
  public KafkaSettings {
    jvmOptions = List.copyOf(jvmOptions);
    properties = Map.copyOf(properties);
    environment = Map.copyOf(environment);
  }

  /** For anyone. */
  public KafkaSettings(
      List<String> jvmOptions, Map<String, String> properties, Map<String, String> environment) {
    this(jvmOptions, properties, environment, null);
  }

  /** For anyone, with the environment of this process. */
  public KafkaSettings(List<String> jvmOptions, Map<String, String> properties) {
    this(jvmOptions, properties, Map.of());
  }

  /** The same for clients that log on. */
  public KafkaSettings withSecurity(KafkaSecurity asked) {
    return new KafkaSettings(jvmOptions, properties, environment, asked);
  }

  /** A small broker that starts fast. */
  public static KafkaSettings small() {
    return new KafkaSettings(List.of("-Xms64m", "-Xmx384m"), Map.of());
  }
}
