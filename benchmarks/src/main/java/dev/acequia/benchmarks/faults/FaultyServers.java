package dev.acequia.benchmarks.faults;

import dev.acequia.servers.Home;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.KafkaSettings;
import dev.acequia.servers.Ports;
import dev.acequia.servers.PostgresServer;
import dev.acequia.servers.PostgresSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** A Kafka and a PostgreSQL that are crashed and started again, on the same ports and data. */
final class FaultyServers implements AutoCloseable {
  private static final String SESSION_MS = "3000";
  private static final String HEARTBEAT_MS = "500";

  private final Path folder;
  private final PostgresSettings settings;
  private final Map<String, String> kafkaProperties;
  private volatile KafkaServer kafka;
  private volatile PostgresServer postgres;

  /**
   * Starts both.
   *
   * @param kafkaProperties win over those that this sets
   */
  FaultyServers(Path folder, PostgresSettings settings, Map<String, String> kafkaProperties) {
    this.folder = folder;
    this.settings = settings;
    this.kafkaProperties = kafkaProperties;
    kafka = startKafka();
    postgres = startPostgres();
  }

  private KafkaServer startKafka() {
    var home = folder.resolve("kafka");
    var properties = new java.util.HashMap<String, String>();
    // A consumer that is stopped or killed is missed after seconds.
    properties.put("group.consumer.min.session.timeout.ms", SESSION_MS);
    properties.put("group.consumer.session.timeout.ms", SESSION_MS);
    properties.put("group.consumer.min.heartbeat.interval.ms", HEARTBEAT_MS);
    properties.put("group.consumer.heartbeat.interval.ms", HEARTBEAT_MS);
    properties.putAll(kafkaProperties);
    return KafkaServer.start(
        Home.at(home),
        Ports.keptIn(home),
        new KafkaSettings(KafkaSettings.small().jvmOptions(), properties));
  }

  private PostgresServer startPostgres() {
    var home = folder.resolve("postgres");
    return PostgresServer.start(Home.at(home), Ports.keptIn(home), settings);
  }

  String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  Connection connect(String database) throws SQLException {
    return postgres.connect(database);
  }

  InetSocketAddress postgresAddress() {
    var uri = URI.create(postgres.uri("postgres"));
    return new InetSocketAddress(InetAddress.ofLiteral(uri.getHost()), uri.getPort());
  }

  /** {@code postgresql://…}, without a detour. */
  String uri(String database) {
    return postgres.uri(database);
  }

  /** What {@code pg_ctl stop -m immediate} and a start are. */
  synchronized void crashPostgres() {
    postgres.crash();
    postgres = startPostgres();
  }

  synchronized void restartKafka(boolean inOrder) {
    if (inOrder) {
      kafka.stop();
    } else {
      kafka.kill();
    }
    kafka = startKafka();
  }

  @Override
  public synchronized void close() {
    if (kafka.isAlive()) {
      kafka.kill();
    }
    if (postgres.isAlive()) {
      postgres.stop();
    }
  }
}
