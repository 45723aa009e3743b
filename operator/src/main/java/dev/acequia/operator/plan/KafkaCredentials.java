package dev.acequia.operator.plan;

import dev.acequia.contract.Fingerprint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a process logs on to Kafka with, and whom it trusts. Values only: a setting of Kafka's
 * client can name classes, files and servers, so the settings are a fixed list and no text is
 * handed on.
 *
 * @param tls null where connections are not encrypted
 * @param sasl null where the process has no password and no token
 */
public record KafkaCredentials(@Nullable Tls tls, @Nullable Sasl sasl) {
  public static final String PROTOCOL = "security.protocol";
  public static final String MECHANISM = "sasl.mechanism";
  public static final String JAAS = "sasl.jaas.config";
  public static final String AUTHORITY = "ssl.truststore.certificates";
  public static final String AUTHORITY_TYPE = "ssl.truststore.type";
  public static final String CHAIN = "ssl.keystore.certificate.chain";
  public static final String KEY = "ssl.keystore.key";
  public static final String KEY_TYPE = "ssl.keystore.type";
  public static final String PEM = "PEM";
  public static final String TOKEN_ENDPOINT = "sasl.oauthbearer.token.endpoint.url";
  public static final String TOKEN_HANDLER = "sasl.login.callback.handler.class";
  public static final String TOKEN_CONNECT_LIMIT = "sasl.login.connect.timeout.ms";
  public static final String TOKEN_READ_LIMIT = "sasl.login.read.timeout.ms";

  /** Kafka's client has none of its own, and waits for the token while it is made. */
  public static final String TOKEN_LIMIT_MILLIS = "5000";

  public static final String TOKEN_HANDLER_CLASS =
      "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler";

  /**
   * How connections are encrypted. A broker's name is always verified.
   *
   * @param authority certificates of the authorities that are trusted, PEM; empty: those that Java
   *     knows
   * @param certificate that the process shows; null where it shows none
   */
  public record Tls(String authority, @Nullable Certificate certificate) {
    public Tls {
      authority = authority.strip();
    }
  }

  /**
   * A client's certificate.
   *
   * @param chain the certificate, then those that signed it; PEM
   * @param key its key, as {@code PRIVATE KEY} in PEM
   */
  public record Certificate(String chain, String key) {
    public Certificate {
      chain = chain.strip();
      key = key.strip();
    }

    @Override
    public String toString() {
      return "Certificate[" + chain + "]";
    }
  }

  /** What a process proves itself with once it is connected. */
  public sealed interface Sasl {}

  /** A user with a password. */
  public record Password(Mechanism mechanism, String user, String password) implements Sasl {
    @Override
    public String toString() {
      return "Password[" + mechanism + ", " + user + "]";
    }
  }

  /**
   * A token that the process fetches, by OAuth's client credentials.
   *
   * @param endpoint where, an address of HTTPS
   * @param scope empty: none
   */
  public record Token(String endpoint, String clientId, String clientSecret, String scope)
      implements Sasl {
    @Override
    public String toString() {
      return "Token[" + endpoint + ", " + clientId + "]";
    }
  }

  /** How a password is proven. */
  public enum Mechanism {
    PLAIN("PLAIN", "plain.PlainLoginModule"),
    SCRAM_SHA_256("SCRAM-SHA-256", "scram.ScramLoginModule"),
    SCRAM_SHA_512("SCRAM-SHA-512", "scram.ScramLoginModule");

    private final String word;
    private final String module;

    Mechanism(String word, String module) {
      this.word = word;
      this.module = module;
    }

    /** Kafka's own name. */
    public String word() {
      return word;
    }

    /** Its login module. */
    public String module() {
      return SECURITY + module;
    }
  }

  public static final String SECURITY = "org.apache.kafka.common.security.";
  public static final String TOKEN_MODULE = SECURITY + "oauthbearer.OAuthBearerLoginModule";
  public static final String TOKEN_MECHANISM = "OAUTHBEARER";

  /** A user of SCRAM-SHA-512 over TLS. */
  public static KafkaCredentials scram(String user, String password, String authority) {
    return new KafkaCredentials(
        new Tls(authority, null), new Password(Mechanism.SCRAM_SHA_512, user, password));
  }

  /** Whether {@link #scram} could have made them for this user. */
  public boolean isScramOf(String user) {
    return tls != null && tls.certificate() == null && scramPassword(user).isPresent();
  }

  /** This user's password for SCRAM-SHA-512; empty where the log-on is another. */
  public Optional<Password> scramPassword(String user) {
    return sasl instanceof Password password
            && password.mechanism() == Mechanism.SCRAM_SHA_512
            && password.user().equals(user)
        ? Optional.of(password)
        : Optional.empty();
  }

  /** Client settings, by Kafka's own names. */
  public Map<String, String> settings() {
    var settings = new LinkedHashMap<String, String>();
    settings.put(PROTOCOL, (sasl == null ? "" : "SASL_") + (tls == null ? "PLAINTEXT" : "SSL"));
    switch (sasl) {
      case null -> {}
      case Password password -> {
        settings.put(MECHANISM, password.mechanism().word());
        settings.put(
            JAAS,
            jaas(
                password.mechanism().module(),
                Map.of("username", password.user(), "password", password.password())));
      }
      case Token token -> {
        settings.put(MECHANISM, TOKEN_MECHANISM);
        settings.put(JAAS, jaas(TOKEN_MODULE, options(token)));
        settings.put(TOKEN_HANDLER, TOKEN_HANDLER_CLASS);
        settings.put(TOKEN_ENDPOINT, token.endpoint());
        settings.put(TOKEN_CONNECT_LIMIT, TOKEN_LIMIT_MILLIS);
        settings.put(TOKEN_READ_LIMIT, TOKEN_LIMIT_MILLIS);
      }
    }
    if (tls != null) {
      settings.putAll(settings(tls));
    }
    return settings;
  }

  private static Map<String, String> settings(Tls tls) {
    var settings = new LinkedHashMap<String, String>();
    if (!tls.authority().isEmpty()) {
      settings.put(AUTHORITY_TYPE, PEM);
      settings.put(AUTHORITY, tls.authority());
    }
    if (tls.certificate() != null) {
      settings.put(KEY_TYPE, PEM);
      settings.put(CHAIN, tls.certificate().chain());
      settings.put(KEY, tls.certificate().key());
    }
    return settings;
  }

  private static Map<String, String> options(Token token) {
    var options = new LinkedHashMap<String, String>();
    options.put("clientId", token.clientId());
    options.put("clientSecret", token.clientSecret());
    if (!token.scope().isEmpty()) {
      options.put("scope", token.scope());
    }
    return options;
  }

  private static String jaas(String module, Map<String, String> options) {
    return options.entrySet().stream()
        .sorted(Map.Entry.<String, String>comparingByKey().reversed())
        .map(
            option ->
                " %s=\"%s\""
                    .formatted(option.getKey(), escaped(option.getValue()).replace("\"", "\\\"")))
        .collect(Collectors.joining("", module + " required", ";"));
  }

  /** The settings as a properties file. */
  public String properties() {
    return settings().entrySet().stream()
        .map(setting -> setting.getKey() + "=" + escaped(setting.getValue()) + "\n")
        .collect(Collectors.joining());
  }

  /** For a value of a properties file and, but for the quote, for a word of JAAS. */
  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  /** A fingerprint of what the process proves itself with. */
  String proof() {
    if (sasl instanceof Password password && (tls == null || tls.certificate() == null)) {
      return Fingerprint.of(password.user(), password.password());
    }
    var settings = new LinkedHashMap<>(settings());
    settings.keySet().removeAll(Set.of(AUTHORITY, AUTHORITY_TYPE));
    return Fingerprint.of(settings.toString());
  }

  /** Changes with any of the values. */
  public String hash() {
    return Fingerprint.of(properties());
  }
}
