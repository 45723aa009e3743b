package dev.acequia.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Clients of a broker speak TLS and log on, and may do what a right says. The controller's listener
 * is open to this machine, as it is without.
 */
public final class KafkaSecurity {
  /** The user who may do everything. */
  public static final String ADMINISTRATOR = "administrator";

  /** The listener of clients, and of brokers among each other. */
  static final String LISTENER = "CLIENTS";

  private static final String BROKER = "broker";
  private static final String MECHANISM = "SCRAM-SHA-512";

  private final CertificateAuthority authority;
  private final CertificateAuthority.Issued broker;
  private final @Nullable String password;
  private final boolean audited;

  private KafkaSecurity(
      CertificateAuthority authority, @Nullable String password, boolean audited) {
    this.authority = authority;
    this.broker = authority.issue(BROKER);
    this.password = password;
    this.audited = audited;
  }

  /**
   * Clients log on by SCRAM-SHA-512.
   *
   * @param folder keeps the certificates and the administrator's password
   * @param audited whether the broker's log tells of each right that was asked for
   */
  public static KafkaSecurity scram(Path folder, boolean audited) {
    try {
      Files.createDirectories(folder);
      return new KafkaSecurity(
          CertificateAuthority.in(folder), KeptPassword.in(folder.resolve(ADMINISTRATOR)), audited);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Clients show a certificate of the authority's, whose name is the user's.
   *
   * @param folder keeps the certificates
   * @param audited whether the broker's log tells of each right that was asked for
   */
  public static KafkaSecurity mutualTls(Path folder, boolean audited) {
    return new KafkaSecurity(CertificateAuthority.in(folder), null, audited);
  }

  boolean isAudited() {
    return audited;
  }

  /** Signs the broker's certificate, and those of clients. */
  public CertificateAuthority authority() {
    return authority;
  }

  /**
   * The administrator's password.
   *
   * @throws IllegalStateException where clients show certificates
   */
  public String password() {
    if (password == null) {
      throw new IllegalStateException("clients show certificates");
    }
    return password;
  }

  /** Settings of the administrator's client, by Kafka's own names. */
  public Map<String, String> administrator() {
    if (password != null) {
      return user(ADMINISTRATOR, password);
    }
    var own = authority.issue(ADMINISTRATOR);
    var settings = trusting();
    settings.put("security.protocol", "SSL");
    settings.put("ssl.keystore.type", "PEM");
    settings.put("ssl.keystore.certificate.chain", own.chain());
    settings.put("ssl.keystore.key", own.key());
    return settings;
  }

  /** Settings of a client that logs on by a password, by Kafka's own names. They can be changed. */
  public Map<String, String> user(String name, String itsPassword) {
    var settings = trusting();
    settings.put("security.protocol", "SASL_SSL");
    settings.put("sasl.mechanism", MECHANISM);
    settings.put("sasl.jaas.config", jaas(name, itsPassword));
    return settings;
  }

  private Map<String, String> trusting() {
    var settings = new LinkedHashMap<String, String>();
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.certificates", authority.pem());
    return settings;
  }

  /** Users that the cluster has from the beginning, as Kafka's formatter takes them. */
  List<String> users() {
    return password == null
        ? List.of()
        : List.of("%s=[name=%s,password=%s]".formatted(MECHANISM, ADMINISTRATOR, password));
  }

  /** Settings of a broker. */
  Map<String, String> properties() {
    var settings = new LinkedHashMap<String, String>();
    settings.put(
        "listener.security.protocol.map",
        "%s:%s,CONTROLLER:PLAINTEXT".formatted(LISTENER, password == null ? "SSL" : "SASL_SSL"));
    settings.put("ssl.keystore.type", "PEM");
    settings.put("ssl.keystore.certificate.chain", broker.chain());
    settings.put("ssl.keystore.key", broker.key());
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.certificates", authority.pem());
    if (password == null) {
      settings.put("ssl.client.auth", "required");
      settings.put("ssl.principal.mapping.rules", "RULE:^CN=([^,]+).*$/$1/,DEFAULT");
    } else {
      settings.put("sasl.enabled.mechanisms", MECHANISM);
      settings.put("sasl.mechanism.inter.broker.protocol", MECHANISM);
      settings.put(
          "listener.name.%s.scram-sha-512.sasl.jaas.config".formatted(LISTENER.toLowerCase()),
          jaas(ADMINISTRATOR, password));
    }
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    // The controller's listener asks nobody who they are.
    settings.put("super.users", "User:%s;User:%s;User:ANONYMOUS".formatted(ADMINISTRATOR, BROKER));
    return settings;
  }

  /** How this process reaches the broker to ask whether it answers. */
  SSLContext client() {
    return authority.client(BROKER);
  }

  private static String jaas(String user, String password) {
    return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
        .formatted(user, password);
  }
}
