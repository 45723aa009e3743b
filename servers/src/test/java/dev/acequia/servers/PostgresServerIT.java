package dev.acequia.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
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
}
