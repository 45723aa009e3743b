package dev.acequia.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

/**
 * How a process reaches Kafka: bootstrap servers and, where the cluster asks for it, a file of
 * client settings. Two that log on in the same way are equal.
 */
public record KafkaConnection(Map<String, String> settings) {
  private static final String TOKEN_ENDPOINT = "sasl.oauthbearer.token.endpoint.url";

  /** Kafka's client fetches tokens from no address that the process has not named here. */
  private static final String ALLOWED_ENDPOINTS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

  public KafkaConnection {
    settings = Map.copyOf(settings);
    var endpoint = settings.get(TOKEN_ENDPOINT);
    if (endpoint != null) {
      System.setProperty(ALLOWED_ENDPOINTS, endpoint);
    }
  }

  /**
   * Reads {@link RuntimeVariable#KAFKA_BOOTSTRAP_SERVERS} and {@link
   * RuntimeVariable#KAFKA_PROPERTIES_FILE}.
   */
  public static KafkaConnection fromEnvironment(Map<String, String> environment) {
    var file = RuntimeVariable.KAFKA_PROPERTIES_FILE.in(environment).map(Path::of).orElse(null);
    var settings = new HashMap<String, String>();
    if (file != null) {
      settings.putAll(read(file));
    }
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

  /** Prints names only: values include passwords and keys. */
  @Override
  public String toString() {
    return "KafkaConnection" + new TreeSet<>(settings.keySet());
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
