package dev.acequia.api;

import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.KafkaSecurity;
import dev.acequia.servers.KafkaServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
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

/** A broker that asks for a log-on by SCRAM and grants nothing by itself. */
public final class SecureKafka implements AutoCloseable {
  private final Path folder;
  private final KafkaSecurity security;
  private KafkaServer server;

  private SecureKafka(Path folder, KafkaSecurity security) {
    this.folder = folder;
    this.security = security;
    this.server = start(folder, security);
  }

  public static SecureKafka start(String name) {
    var folder = Ephemeral.folder(name);
    return new SecureKafka(folder, KafkaSecurity.scram(folder.resolve("security"), false));
  }

  private static KafkaServer start(Path folder, KafkaSecurity security) {
    return KafkaServer.start(folder.resolve("kafka"), security);
  }

  /** All clients have to connect again. */
  public void restart() {
    server.kill();
    server = start(folder, security);
  }

  public String bootstrapServers() {
    return server.bootstrapServers();
  }

  /** The administrator's settings. */
  public Map<String, Object> administrator() {
    var settings = new HashMap<String, Object>(security.administrator());
    settings.put("bootstrap.servers", bootstrapServers());
    return settings;
  }

  /** A user's settings. */
  public Map<String, String> login(String user, String password) {
    var settings = security.user(user, password);
    settings.put("bootstrap.servers", bootstrapServers());
    return settings;
  }

  /** Writes a user's settings as the operator does, but for the brokers' address. */
  public void writeLogin(Path file, String user, String password) {
    var properties = new Properties();
    properties.putAll(login(user, password));
    // A Pod has the address from its environment.
    properties.setProperty("bootstrap.servers", "127.0.0.1:1");
    try (var writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void setPassword(String user, String password) {
    try (var admin = Admin.create(administrator())) {
      var mechanism = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);
      admin
          .alterUserScramCredentials(
              List.of(new UserScramCredentialUpsertion(user, mechanism, password)))
          .all()
          .get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Creates a topic and returns its id. */
  public String createTopic(String topic, int partitions) {
    try (var admin = Admin.create(administrator())) {
      var created = admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)));
      return created.topicId(topic).get().toString();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  public void grant(String user, String topic, AclOperation operation) {
    try (var admin = Admin.create(administrator())) {
      admin.createAcls(List.of(right(user, topic, operation))).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  public void revoke(String user, String topic, AclOperation operation) {
    try (var admin = Admin.create(administrator())) {
      admin.deleteAcls(List.of(right(user, topic, operation).toFilter())).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static AclBinding right(String user, String topic, AclOperation operation) {
    return new AclBinding(
        new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
        new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
  }

  @Override
  public void close() {
    server.close();
  }
}
