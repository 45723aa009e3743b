package dev.acequia.api;

import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.PostgresServer;

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
    static final KafkaServer SERVER =
        Ephemeral.server(KafkaServer.start(Ephemeral.folder("api-it-kafka")));
  }

  private static final class Postgres {
    static final PostgresServer SERVER =
        Ephemeral.server(PostgresServer.start(Ephemeral.folder("api-it-postgres")));
  }
}
