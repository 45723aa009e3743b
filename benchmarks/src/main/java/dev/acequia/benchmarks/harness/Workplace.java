package dev.acequia.benchmarks.harness;

import dev.acequia.local.CommandException;
import dev.acequia.servers.Home;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.KafkaSettings;
import dev.acequia.servers.Ports;
import dev.acequia.servers.PostgresServer;
import dev.acequia.servers.PostgresSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka and mostly a PostgreSQL of a benchmark's own, in a {@link WorkFolder}. Both are gone
 * after {@link #close}.
 */
public final class Workplace implements AutoCloseable {
  private final Path root;
  private final WorkFolder folder;
  private final KafkaServer kafka;
  private final @Nullable PostgresServer postgres;

  private Workplace(
      Path root, WorkFolder folder, KafkaServer kafka, @Nullable PostgresServer postgres) {
    this.root = root;
    this.folder = folder;
    this.kafka = kafka;
    this.postgres = postgres;
  }

  /**
   * Starts both servers.
   *
   * @param postgresParameters that win over the server's defaults; commits wait for the disk
   */
  public static Workplace open(String name, Map<String, String> postgresParameters)
      throws IOException {
    var alone = openWithoutDatabase(name);
    try {
      var postgres =
          PostgresServer.start(
              Home.at(alone.folder().resolve("postgres")),
              Ports.keptIn(alone.folder()),
              new PostgresSettings(true, postgresParameters));
      return new Workplace(alone.root, alone.folder, alone.kafka, postgres);
    } catch (RuntimeException e) {
      alone.close();
      throw e;
    }
  }

  /** Starts Kafka alone. */
  public static Workplace openWithoutDatabase(String name) throws IOException {
    var root = repository();
    var folder = WorkFolder.create(name);
    try {
      var kafka =
          KafkaServer.start(
              Home.at(folder.path().resolve("kafka")),
              Ports.keptIn(folder.path()),
              new KafkaSettings(List.of("-Xms256m", "-Xmx512m"), Map.of()));
      return new Workplace(root, folder, kafka, null);
    } catch (RuntimeException e) {
      folder.delete();
      throw e;
    }
  }

  /** The repository that this program was built in. */
  public static Path repository() {
    var root = System.getProperty("acequia.root");
    if (root == null) {
      throw new CommandException("Benchmarks are run from the repository, by ./acequia bench.");
    }
    return Path.of(root);
  }

  /** For files of the benchmark's own. */
  public Path folder() {
    return folder.path();
  }

  public KafkaServer kafka() {
    return kafka;
  }

  /**
   * The database.
   *
   * @throws IllegalStateException when none was started
   */
  public PostgresServer postgres() {
    if (postgres == null) {
      throw new IllegalStateException("this workplace has no database");
    }
    return postgres;
  }

  /** The runtime image as the build left it. */
  public RuntimeImage image() {
    return RuntimeImage.in(root.resolve("images/target/images"), folder.path());
  }

  @Override
  public void close() {
    try {
      if (postgres != null) {
        postgres.close();
      }
      kafka.close();
    } finally {
      folder.delete();
    }
  }
}
