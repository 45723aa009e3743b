package dev.acequia.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerIT {
  @TempDir Path folder;

  @Test
  void keepsCommittedRowsAfterItWasKilled() throws SQLException {
    String uri;
    try (var postgres = PostgresServer.start(folder)) {
      uri = postgres.uri("postgres");
      try (var connection = postgres.connect("postgres");
          var statement = connection.createStatement()) {
        statement.execute("CREATE TABLE kept AS SELECT 42 AS answer");
      }
      postgres.kill();
    }

    try (var postgres = PostgresServer.start(folder);
        var connection = postgres.connect("postgres");
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT answer FROM kept")) {
      assertThat(postgres.uri("postgres")).isEqualTo(uri);
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(42);
    }
    assertThat(ProcessRecord.readAll(folder.resolve("run"))).isEmpty();
  }

  @Test
  void sortsAndFoldsTextByUnicodeOnEveryMachine() throws SQLException {
    try (var postgres = PostgresServer.start(folder);
        var connection = postgres.connect("postgres");
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT upper('ñandú'), 'Z' < 'a'")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString(1)).isEqualTo("ÑANDÚ");
      assertThat(rows.getBoolean(2)).isTrue();
    }
  }

  @Test
  void isFollowedByAStandbyThatTakesItsPlace() throws SQLException {
    var home = Home.at(folder.resolve("standby"));
    var ports = Ports.keptIn(folder.resolve("standby"));
    try (var primary = PostgresServer.start(folder.resolve("primary"))) {
      run(primary, "CREATE TABLE kept AS SELECT 42 AS answer");
      primary.backUpTo(home);
      run(primary, "INSERT INTO kept VALUES (43)");
      var follow =
          "host=127.0.0.1 port=%d user=%s password=%s"
              .formatted(
                  URI.create(primary.uri("postgres")).getPort(),
                  primary.superuser(),
                  primary.superuserPassword());
      var settings = new PostgresSettings(false, Map.of("primary_conninfo", follow));
      try (var standby = PostgresServer.start(home, ports, settings)) {
        await().atMost(Duration.ofSeconds(30)).until(() -> count(standby) == 2);
        primary.crash();
        standby.promote();
        run(standby, "INSERT INTO kept VALUES (44)");
        assertThat(count(standby)).isEqualTo(3);
      }
    }
  }

  private static void run(PostgresServer server, String sql) throws SQLException {
    try (var connection = server.connect("postgres");
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int count(PostgresServer server) throws SQLException {
    try (var connection = server.connect("postgres");
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT count(*) FROM kept")) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
