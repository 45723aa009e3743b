package dev.acequia.benchmarks.harness;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.common.utils.AppInfoParser;

/** What ran, for the head of a report. */
public final class Versions {
  private Versions() {}

  /** Machine, JDK and servers, one line each. */
  public static List<String> of(Connection postgres) throws SQLException {
    return List.of(
        "machine: %d cores, %s %s"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch")),
        "Java %s, Kafka %s, PostgreSQL %s"
            .formatted(
                Runtime.version(),
                AppInfoParser.getVersion(),
                postgres.getMetaData().getDatabaseProductVersion()));
  }
}
