package dev.acequia.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * How a process reaches Kafka: bootstrap servers and, where the cluster asks for it, a file of
 * client settings.
 */
public record KafkaConnection(Map<String, String> settings) {
  public KafkaConnection {
    settings = Map.copyOf(settings);
  }

  /**
   * Reads {@link RuntimeVariable#KAFKA_BOOTSTRAP_SERVERS} and {@link
   * RuntimeVariable#KAFKA_PROPERTIES_FILE}.
   */
  public static KafkaConnection fromEnvironment(Map<String, String> environment) {
    var settings = new HashMap<String, String>();
    RuntimeVariable.KAFKA_PROPERTIES_FILE
        .in(environment)
        .ifPresent(file -> settings.putAll(read(Path.of(file))));
    settings.put(
        "bootstrap.servers", RuntimeVariable.KAFKA_BOOTSTRAP_SERVERS.requiredIn(environment));
    return new KafkaConnection(settings);
  }

  /** These settings and one client's own on top of them. */
  public Map<String, Object> with(Map<String, Object> own) {
    var all = new HashMap<String, Object>(settings);
    all.putAll(own);
    return all;
  }

  private static Map<String, String> read(Path file) {
    var properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read Kafka's client settings " + file, e);
    }
    var settings = new HashMap<String, String>();
    properties
        .stringPropertyNames()
        .forEach(name -> settings.put(name, properties.getProperty(name)));
    return settings;
  }
}
