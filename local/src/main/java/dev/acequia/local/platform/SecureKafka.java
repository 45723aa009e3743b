package dev.acequia.local.platform;

import dev.acequia.local.CommandException;
import dev.acequia.servers.Home;
import dev.acequia.servers.KafkaSecurity;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A Kafka that asks for a log-on, as a platform team would hand it to the operator: with a user
 * that has the rights which docs/kafka.md lists, and no others.
 */
final class SecureKafka {
  /** The Secret in the operator's namespace. */
  static final String SECRET = "kafka";

  private static final String OPERATOR = "acequia";
  private static final String ANY = "*";

  private static final Map<ResourcePattern, List<AclOperation>> RIGHTS =
      Map.of(
          new ResourcePattern(ResourceType.TOPIC, ANY, PatternType.LITERAL),
          List.of(
              AclOperation.CREATE,
              AclOperation.DELETE,
              AclOperation.ALTER,
              AclOperation.ALTER_CONFIGS,
              AclOperation.DESCRIBE_CONFIGS),
          new ResourcePattern(ResourceType.TOPIC, "_acequia.owners", PatternType.LITERAL),
          List.of(AclOperation.READ, AclOperation.WRITE),
          new ResourcePattern(ResourceType.GROUP, ANY, PatternType.LITERAL),
          List.of(AclOperation.DESCRIBE),
          new ResourcePattern(ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL),
          List.of(AclOperation.ALTER));

  private final KafkaSecurity security;
  private final Path properties;

  private SecureKafka(KafkaSecurity security, Path properties) {
    this.security = security;
    this.properties = properties;
  }

  /** Whether the folder's Kafka asks for a log-on. */
  static boolean isIn(Home kafka) {
    return Files.exists(folder(kafka));
  }

  /**
   * The security of a folder's Kafka.
   *
   * @param audited whether the broker's log tells of each right that was asked for
   * @throws CommandException when the folder's Kafka was made without
   */
  static SecureKafka in(Home kafka, boolean audited) {
    if (!isIn(kafka) && Files.exists(kafka.data().resolve("topics"))) {
      throw new CommandException(
          "the Kafka of this folder takes anyone, and keeps to that: leave --secure-kafka out, or name another folder with --data-dir");
    }
    return new SecureKafka(
        KafkaSecurity.scram(folder(kafka), audited),
        folder(kafka).resolve("administrator.properties"));
  }

  private static Path folder(Home kafka) {
    return kafka.data().resolve("security");
  }

  KafkaSecurity security() {
    return security;
  }

  /** Settings of a client that may do everything. */
  Path properties() throws IOException {
    var all = new Properties();
    all.putAll(security.administrator());
    var text = new StringWriter();
    all.store(text, null);
    PrivateFile.write(properties, text.toString());
    return properties;
  }

  /** Makes the operator's user, or gives it a new password; answers the Secret's values. */
  Map<String, String> secret(String bootstrapServers) throws IOException, InterruptedException {
    var bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    var password = HexFormat.of().formatHex(bytes);
    var settings = new HashMap<String, Object>(security.administrator());
    settings.put("bootstrap.servers", bootstrapServers);
    try (var admin = Admin.create(settings)) {
      admin
          .alterUserScramCredentials(
              List.of(
                  new UserScramCredentialUpsertion(
                      OPERATOR,
                      new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                      password)))
          .all()
          .get();
      admin.createAcls(rights().toList()).all().get();
    } catch (ExecutionException e) {
      throw new IOException("Kafka did not make the operator's user: " + e.getCause(), e);
    }
    return Map.of("username", OPERATOR, "password", password, "ca.crt", security.authority().pem());
  }

  private static Stream<AclBinding> rights() {
    return RIGHTS.entrySet().stream()
        .flatMap(
            right ->
                right.getValue().stream()
                    .map(
                        operation ->
                            new AclBinding(
                                right.getKey(),
                                new AccessControlEntry(
                                    "User:" + OPERATOR, ANY, operation, AclPermissionType.ALLOW))));
  }
}
