package dev.acequia.consumer;

import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.Home;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.KafkaSettings;
import dev.acequia.servers.Ports;
import dev.acequia.servers.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** One Kafka and one PostgreSQL for all tests of this run. */
public final class Servers {
  private Servers() {}

  public static KafkaServer kafka() {
    return Kafka.SHARED;
  }

  static PostgresServer postgres() {
    return Postgres.SHARED;
  }

  /** The file of a partition's records, which is small enough to be one. */
  static Path log(String topic, int partition) throws IOException {
    try (var files = Files.walk(Kafka.FOLDER)) {
      return files
          .filter(file -> file.endsWith(topic + "-" + partition + "/00000000000000000000.log"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static final class Kafka {
    static final Path FOLDER = Ephemeral.folder("consumer-it-kafka");
    static final KafkaServer SHARED = start();

    private static KafkaServer start() {
      var small = KafkaSettings.small();
      return Ephemeral.server(
          KafkaServer.start(
              Home.at(FOLDER),
              Ports.keptIn(FOLDER),
              new KafkaSettings(
                  small.jvmOptions(),
                  Map.of(
                      // A consumer that is stopped is missed after seconds.
                      "group.consumer.min.session.timeout.ms", "8000",
                      "group.consumer.session.timeout.ms", "8000",
                      "group.consumer.min.heartbeat.interval.ms", "500",
                      "group.consumer.heartbeat.interval.ms", "500",
                      "log.retention.check.interval.ms", "500",
                      "log.segment.delete.delay.ms", "100",
                      "log.cleaner.backoff.ms", "200"))));
    }
  }

  private static final class Postgres {
    static final PostgresServer SHARED =
        Ephemeral.server(PostgresServer.start(Ephemeral.folder("consumer-it-postgres")));
  }
}
