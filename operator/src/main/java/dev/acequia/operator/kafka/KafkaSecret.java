package dev.acequia.operator.kafka;

import dev.acequia.operator.plan.KafkaCredentials;
import dev.acequia.operator.plan.KafkaCredentials.Certificate;
import dev.acequia.operator.plan.KafkaCredentials.Mechanism;
import dev.acequia.operator.plan.KafkaCredentials.Password;
import dev.acequia.operator.plan.KafkaCredentials.Sasl;
import dev.acequia.operator.plan.KafkaCredentials.Tls;
import dev.acequia.operator.plan.KafkaCredentials.Token;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.security.JaasContext;
import org.jspecify.annotations.Nullable;

/**
 * A Secret with a log-on to Kafka, as people write it: values by name, or Kafka's own client
 * settings. Of the settings those that are known to be values count; any other is refused, and so
 * is what names a class, a file or another server. The messages name the key, and never a value
 * that may be secret.
 */
public final class KafkaSecret {
  /** Kafka's own client settings, as a properties file. */
  static final String SETTINGS = "client.properties";

  static final String USERNAME = "username";
  static final String PASSWORD = "password";
  static final String MECHANISM = "mechanism";
  static final String AUTHORITY = "ca.crt";
  static final String CLIENT_ID = "clientId";
  static final String CLIENT_SECRET = "clientSecret";
  static final String TOKEN_ENDPOINT = "tokenEndpoint";
  static final String SCOPE = "scope";

  /** The certificate and its key, as cert-manager and as Strimzi names them. */
  private static final List<List<String>> CERTIFICATES =
      List.of(List.of("tls.crt", "tls.key"), List.of("user.crt", "user.key"));

  /** All that are read; a Secret may have others. */
  public static final Set<String> KEYS =
      Set.of(
          SETTINGS,
          USERNAME,
          PASSWORD,
          MECHANISM,
          AUTHORITY,
          CLIENT_ID,
          CLIENT_SECRET,
          TOKEN_ENDPOINT,
          SCOPE,
          "tls.crt",
          "tls.key",
          "user.crt",
          "user.key");

  /** Kafka's settings with one value that is of use, which is the one taken without them. */
  private static final Map<String, String> FIXED =
      Map.of(
          KafkaCredentials.AUTHORITY_TYPE,
          KafkaCredentials.PEM,
          KafkaCredentials.KEY_TYPE,
          KafkaCredentials.PEM,
          "ssl.endpoint.identification.algorithm",
          "https",
          KafkaCredentials.TOKEN_HANDLER,
          KafkaCredentials.TOKEN_HANDLER_CLASS,
          KafkaCredentials.TOKEN_CONNECT_LIMIT,
          KafkaCredentials.TOKEN_LIMIT_MILLIS,
          KafkaCredentials.TOKEN_READ_LIMIT,
          KafkaCredentials.TOKEN_LIMIT_MILLIS);

  private static final Set<String> VALUES =
      Set.of(
          KafkaCredentials.PROTOCOL,
          KafkaCredentials.MECHANISM,
          KafkaCredentials.JAAS,
          KafkaCredentials.AUTHORITY,
          KafkaCredentials.CHAIN,
          KafkaCredentials.KEY,
          KafkaCredentials.TOKEN_ENDPOINT);

  private static final Pattern ENDPOINT =
      Pattern.compile("https://[!-~]+|http://(localhost|127[.]0[.]0[.]1)(:[0-9]{1,5})?(/[!-~]*)?");

  private static final Pattern KEY_PEM =
      Pattern.compile(
          "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----\\s*");

  private KafkaSecret() {}

  /** The names of all settings that Kafka's clients know. */
  private static final class Names {
    static final Set<String> OF_KAFKA =
        Stream.of(
                AdminClientConfig.configNames(),
                ConsumerConfig.configNames(),
                ProducerConfig.configNames())
            .flatMap(Set::stream)
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Reads a Secret's values.
   *
   * @throws IllegalArgumentException when they make no log-on; says which key, and what to do
   */
  public static KafkaCredentials of(Map<String, String> values) {
    var settings = values.get(SETTINGS);
    if (settings != null) {
      var others = new TreeSet<>(values.keySet());
      others.retainAll(KEYS);
      others.remove(SETTINGS);
      if (!others.isEmpty()) {
        throw new IllegalArgumentException(
            "it has %s and %s: keep either the settings or the values"
                .formatted(SETTINGS, String.join(", ", others)));
      }
      return ofProperties(settings);
    }
    var sasl = sasl(values);
    var certificate = certificate(values);
    var authority = values.getOrDefault(AUTHORITY, "");
    if (sasl == null && certificate == null && authority.isEmpty()) {
      throw new IllegalArgumentException(
          "it has none of the keys of a log-on: set %s and %s, or tls.crt and tls.key, or %s, %s and %s, or %s"
              .formatted(USERNAME, PASSWORD, CLIENT_ID, CLIENT_SECRET, TOKEN_ENDPOINT, SETTINGS));
    }
    return new KafkaCredentials(new Tls(authority(AUTHORITY, authority), certificate), sasl);
  }

  private static @Nullable Sasl sasl(Map<String, String> values) {
    var password = Stream.of(USERNAME, PASSWORD, MECHANISM).anyMatch(values::containsKey);
    var token = Stream.of(CLIENT_ID, CLIENT_SECRET, TOKEN_ENDPOINT).anyMatch(values::containsKey);
    if (password && token) {
      throw new IllegalArgumentException(
          "it has both %s and %s: keep the keys of one".formatted(PASSWORD, CLIENT_SECRET));
    }
    if (password) {
      return new Password(
          mechanism(MECHANISM, values.getOrDefault(MECHANISM, Mechanism.SCRAM_SHA_512.word())),
          required(values, USERNAME),
          required(values, PASSWORD));
    }
    return token
        ? new Token(
            endpoint(TOKEN_ENDPOINT, required(values, TOKEN_ENDPOINT)),
            required(values, CLIENT_ID),
            required(values, CLIENT_SECRET),
            values.getOrDefault(SCOPE, ""))
        : null;
  }

  private static @Nullable Certificate certificate(Map<String, String> values) {
    for (var names : CERTIFICATES) {
      if (names.stream().anyMatch(values::containsKey)) {
        var chain = names.getFirst();
        var key = names.getLast();
        return new Certificate(
            certificates(chain, required(values, chain)), key(key, required(values, key)));
      }
    }
    return null;
  }

  /**
   * Reads what {@link KafkaCredentials#properties} wrote; empty when anything else stands there.
   */
  public static Optional<KafkaCredentials> parse(String text) {
    try {
      return Optional.of(ofProperties(text))
          .filter(credentials -> credentials.properties().equals(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Reads Kafka's own client settings.
   *
   * @throws IllegalArgumentException when one is not known to be harmless, or they make no log-on
   */
  static KafkaCredentials ofProperties(String text) {
    var settings = properties(text);
    settings.forEach(KafkaSecret::requireKnown);
    var protocol = required(settings, KafkaCredentials.PROTOCOL);
    return new KafkaCredentials(
        switch (protocol) {
          case "SSL", "SASL_SSL" ->
              new Tls(
                  authority(
                      KafkaCredentials.AUTHORITY,
                      settings.getOrDefault(KafkaCredentials.AUTHORITY, "")),
                  settings.containsKey(KafkaCredentials.CHAIN)
                          || settings.containsKey(KafkaCredentials.KEY)
                      ? new Certificate(
                          certificates(
                              KafkaCredentials.CHAIN, required(settings, KafkaCredentials.CHAIN)),
                          key(KafkaCredentials.KEY, required(settings, KafkaCredentials.KEY)))
                      : null);
          case "PLAINTEXT", "SASL_PLAINTEXT" -> null;
          default ->
              throw new IllegalArgumentException(
                  "%s is not a protocol of Kafka's: use SASL_SSL, SSL, SASL_PLAINTEXT or PLAINTEXT"
                      .formatted(KafkaCredentials.PROTOCOL));
        },
        protocol.startsWith("SASL_") ? saslOf(settings) : null);
  }

  private static Map<String, String> properties(String text) {
    var properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          SETTINGS + " has a broken escape: write a backslash as \\\\", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var settings = new HashMap<String, String>();
    properties
        .stringPropertyNames()
        .forEach(name -> settings.put(name, properties.getProperty(name)));
    return settings;
  }

  private static void requireKnown(String name, String value) {
    var fixed = FIXED.get(name);
    if (fixed != null && !fixed.equals(value)) {
      throw new IllegalArgumentException(
          "%s must be %s: remove the setting or give it that value".formatted(name, fixed));
    }
    if (!Names.OF_KAFKA.contains(name)) {
      // Not quoted: in a broken file it may be a password, or a line of a key.
      throw new IllegalArgumentException(
          "%s has a line that begins with no setting of Kafka's client: write NAME=VALUE on each line, and the lines of a certificate or a key as one, joined by \\n"
              .formatted(SETTINGS));
    }
    if (fixed == null && !VALUES.contains(name)) {
      throw new IllegalArgumentException(
          "the setting %s is not among those that a log-on may have: %s"
              .formatted(
                  name,
                  name.endsWith(".location")
                      ? "put the certificates into the Secret themselves, as ca.crt, tls.crt and tls.key in PEM"
                      : "remove it; known are "
                          + String.join(", ", new TreeSet<>(VALUES))
                          + ", "
                          + String.join(", ", new TreeSet<>(FIXED.keySet()))));
    }
  }

  private static Sasl saslOf(Map<String, String> settings) {
    var name = required(settings, KafkaCredentials.MECHANISM);
    var options = options(required(settings, KafkaCredentials.JAAS), name);
    if (name.equals(KafkaCredentials.TOKEN_MECHANISM)) {
      requireOnly(options, CLIENT_ID, CLIENT_SECRET, SCOPE);
      return new Token(
          endpoint(
              KafkaCredentials.TOKEN_ENDPOINT, required(settings, KafkaCredentials.TOKEN_ENDPOINT)),
          required(options, CLIENT_ID),
          required(options, CLIENT_SECRET),
          options.getOrDefault(SCOPE, ""));
    }
    requireOnly(options, USERNAME, PASSWORD);
    return new Password(
        mechanism(KafkaCredentials.MECHANISM, name),
        required(options, USERNAME),
        required(options, PASSWORD));
  }

  /** Read as Kafka itself reads it, so that nothing hides in it from this check. */
  private static Map<String, String> options(String jaas, String mechanism) {
    JaasContext context;
    try {
      context =
          JaasContext.loadClientContext(
              Map.of(
                  KafkaCredentials.JAAS, new org.apache.kafka.common.config.types.Password(jaas)));
    } catch (IllegalArgumentException e) { // its message may quote the password
      throw new IllegalArgumentException(
          "%s cannot be read: write one login module, its options in double quotes, and a semicolon, or use the keys %s and %s of the Secret"
              .formatted(KafkaCredentials.JAAS, USERNAME, PASSWORD));
    }
    var module =
        mechanism.equals(KafkaCredentials.TOKEN_MECHANISM)
            ? KafkaCredentials.TOKEN_MODULE
            : mechanism(KafkaCredentials.MECHANISM, mechanism).module();
    var entries = context.configurationEntries();
    if (entries.size() != 1 || !entries.getFirst().getLoginModuleName().equals(module)) {
      throw new IllegalArgumentException(
          "%s must have the login module %s of %s alone"
              .formatted(KafkaCredentials.JAAS, module, mechanism));
    }
    var options = new HashMap<String, String>();
    entries
        .getFirst()
        .getOptions()
        .forEach((option, value) -> options.put(option, String.valueOf(value)));
    return options;
  }

  private static void requireOnly(Map<String, String> options, String... known) {
    for (var option : new TreeSet<>(options.keySet())) {
      if (!Arrays.asList(known).contains(option)) {
        throw new IllegalArgumentException(
            "%s has the option %s: keep %s"
                .formatted(KafkaCredentials.JAAS, option, String.join(", ", known)));
      }
    }
  }

  private static Mechanism mechanism(String key, String word) {
    return Stream.of(Mechanism.values())
        .filter(mechanism -> mechanism.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s must be SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN%s"
                        .formatted(
                            key,
                            key.equals(MECHANISM)
                                ? ""
                                : ", or " + KafkaCredentials.TOKEN_MECHANISM)));
  }

  private static String endpoint(String key, String address) {
    if (!ENDPOINT.matcher(address).matches()) {
      throw new IllegalArgumentException(
          key + " must begin with https:// (or http:// on a loopback address)");
    }
    return address;
  }

  /** Empty for the authorities that Java knows. */
  private static String authority(String key, String pem) {
    return pem.isBlank() ? "" : certificates(key, pem);
  }

  private static String certificates(String key, String pem) {
    try {
      var found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
      if (!found.isEmpty() && pem.contains("-----BEGIN CERTIFICATE-----")) {
        return pem;
      }
    } catch (CertificateException e) {
      // The message below says what to do.
    }
    throw new IllegalArgumentException(
        key + " holds no certificates in PEM: they begin with -----BEGIN CERTIFICATE-----");
  }

  private static String key(String key, String pem) {
    var matcher = KEY_PEM.matcher(pem);
    if (matcher.matches()) {
      var bytes = Base64.getMimeDecoder().decode(matcher.group(1));
      for (var algorithm : List.of("RSA", "EC")) { // as Kafka's client
        try {
          KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
          return pem;
        } catch (GeneralSecurityException e) {
          // Of another algorithm.
        }
      }
    }
    throw new IllegalArgumentException(
        "%s holds no RSA or EC key in PEM that begins with -----BEGIN PRIVATE KEY-----: convert it by openssl pkcs8 -topk8 -nocrypt"
            .formatted(key));
  }

  private static String required(Map<String, String> values, String key) {
    var value = values.get(key);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException("it lacks " + key + ": add it");
    }
    return value;
  }
}
