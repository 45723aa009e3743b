package dev.acequia.operator.plan;

import dev.acequia.contract.Fingerprint;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a pipeline logs on to Kafka with: a SCRAM user over TLS. Values only: a setting of Kafka's
 * client can name classes, files and servers, so the settings are a fixed list and no text is
 * handed on.
 *
 * @param certificate the certificate of Kafka's authority, PEM
 */
public record KafkaCredentials(String user, String password, String certificate) {
  private static final String JAAS = "sasl.jaas.config";
  private static final String CERTIFICATE = "ssl.truststore.certificates";
  private static final Pattern PASSWORD = Pattern.compile(".* password=\"(.*)\";", Pattern.DOTALL);
  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)", Pattern.DOTALL);

  public KafkaCredentials {
    certificate = certificate.strip();
  }

  /** Client settings, by Kafka's own names. */
  public Map<String, String> settings() {
    var settings = new LinkedHashMap<String, String>();
    settings.put("security.protocol", "SASL_SSL");
    settings.put("sasl.mechanism", "SCRAM-SHA-512");
    settings.put(
        JAAS,
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(
                escaped(user).replace("\"", "\\\""), escaped(password).replace("\"", "\\\"")));
    settings.put("ssl.truststore.type", "PEM");
    settings.put(CERTIFICATE, certificate);
    return settings;
  }

  /** The settings as a properties file. */
  public String properties() {
    return settings().entrySet().stream()
        .map(setting -> setting.getKey() + "=" + escaped(setting.getValue()) + "\n")
        .collect(Collectors.joining());
  }

  /** Reads what {@link #properties} wrote for this user; empty when anything else stands there. */
  public static Optional<KafkaCredentials> parse(String user, String text) {
    var properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IllegalArgumentException e) { // a malformed escape
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var jaas = PASSWORD.matcher(properties.getProperty(JAAS, ""));
    return !jaas.matches()
        ? Optional.empty()
        : Optional.of(
                new KafkaCredentials(
                    user, unescaped(jaas.group(1)), properties.getProperty(CERTIFICATE, "")))
            .filter(credentials -> credentials.properties().equals(text));
  }

  /** For a value of a properties file and, but for the quote, for a word of JAAS. */
  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  private static String unescaped(String text) {
    return ESCAPED
        .matcher(text)
        .replaceAll(
            escape ->
                Matcher.quoteReplacement(
                    switch (escape.group(1)) {
                      case "n" -> "\n";
                      case "r" -> "\r";
                      default -> escape.group(1);
                    }));
  }

  String hash() {
    return Fingerprint.of(properties());
  }

  @Override
  public String toString() {
    return "KafkaCredentials[" + user + "]";
  }
}
