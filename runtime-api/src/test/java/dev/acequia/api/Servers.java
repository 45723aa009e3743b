package dev.acequia.api;

import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One Kafka and one PostgreSQL for all tests of this module, started when first needed. */
final class Servers {
  private Servers() {}

  static KafkaServer kafka() {
    return Kafka.SERVER;
  }

  static PostgresServer postgres() {
    return Postgres.SERVER;
  }

  private static final class Kafka {
    static final KafkaServer SERVER = KafkaServer.start(folder("kafka"));

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
    }
  }

  private static final class Postgres {
    static final PostgresServer SERVER = PostgresServer.start(folder("postgres"));

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
    }
  }

  static Path folder(String name) {
    try {
      return Files.createTempDirectory(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
