package dev.acequia.stores.lake.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CatalogConnectionsIT {
  private static final PostgresServer SERVER =
      Ephemeral.server(PostgresServer.start(Ephemeral.folder("catalog-it")));

  private static CatalogConnections open() {
    return new CatalogConnections(
        SERVER.jdbcUrl("postgres"), Map.of("jdbc.user", "caller", "jdbc.password", "word"));
  }

  @BeforeAll
  static void makeRole() throws SQLException {
    try (var own = SERVER.connect("postgres");
        var statement = own.createStatement()) {
      statement.execute("CREATE ROLE caller LOGIN PASSWORD 'word'");
    }
  }

  private static int backend(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT pg_backend_pid()")) {
      row.next();
      return row.getInt(1);
    }
  }

  /** The statement may have taken place. */
  @Test
  void whatFailedIsNotSentAgain() throws Exception {
    try (var connections = open()) {
      var sent = new ArrayList<Integer>();
      assertThatThrownBy(
              () ->
                  connections.run(
                      connection -> {
                        sent.add(backend(connection));
                        throw new SQLException("the answer was lost", "08006");
                      }))
          .hasMessageContaining("the answer was lost");
      assertThat(sent).hasSize(1);
      assertThat(connections.<Integer>run(CatalogConnectionsIT::backend))
          .isNotEqualTo(sent.getFirst());
    }
  }

  @Test
  void oneConnectionServesManyStatements() throws Exception {
    try (var connections = open()) {
      int first = connections.<Integer>run(CatalogConnectionsIT::backend);
      assertThat(connections.<Integer>run(CatalogConnectionsIT::backend)).isEqualTo(first);
    }
  }
}
