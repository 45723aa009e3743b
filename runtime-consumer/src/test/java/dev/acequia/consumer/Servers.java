package dev.acequia.consumer;

import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.KafkaSettings;
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

  static Path folder(String name) {
    try {
      return Files.createTempDirectory("acequia-consumer-it-" + name);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Kafka {
    static final KafkaServer SHARED = start();

    private static KafkaServer start() {
      var folder = folder("kafka");
      var small = KafkaSettings.small();
      var server =
          KafkaServer.start(
              dev.acequia.servers.Home.at(folder),
              dev.acequia.servers.Ports.keptIn(folder),
              new KafkaSettings(
                  small.jvmOptions(),
                  Map.of(
                      // A consumer that is stopped is missed after seconds.
                      "group.consumer.min.session.timeout.ms", "3000",
                      "group.consumer.session.timeout.ms", "3000",
                      "group.consumer.min.heartbeat.interval.ms", "500",
                      "group.consumer.heartbeat.interval.ms", "500",
                      "log.retention.check.interval.ms", "500",
                      "log.segment.delete.delay.ms", "100",
                      "log.cleaner.backoff.ms", "200")));
      Runtime.getRuntime().addShutdownHook(new Thread(server::close));
      return server;
    }
  }

  private static final class Postgres {
    static final PostgresServer SHARED = start();

    private static PostgresServer start() {
      var server = PostgresServer.start(folder("postgres"));
      Runtime.getRuntime().addShutdownHook(new Thread(server::close));
      return server;
    }
  }
}
