package dev.acequia.local.platform;

import dev.acequia.servers.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The database that pipelines store into, and its administrator: a role that may create schemas and
 * roles and nothing else, as a production platform would hand out.
 *
 * @param uri {@code postgresql://host:port/database}
 */
record Warehouse(String uri, String username, String password) {
  static final String SECRET = "warehouse";
  private static final String DATABASE = "warehouse";
  private static final String ROLE = "acequia";

  /** Creates what is not there yet. The password is made once and kept in the file. */
  static Warehouse prepare(PostgresServer postgres, Path passwordFile)
      throws SQLException, IOException {
    if (!Files.exists(passwordFile)) {
      var bytes = new byte[16];
      new SecureRandom().nextBytes(bytes);
      PrivateFile.write(passwordFile, HexFormat.of().formatHex(bytes));
    }
    var password = Files.readString(passwordFile);
    try (var connection = postgres.connect("postgres");
        var statement = connection.createStatement()) {
      if (!exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?", ROLE)) {
        statement.execute("CREATE ROLE " + ROLE + " LOGIN CREATEROLE");
      }
      setPassword(statement, password);
      if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?", DATABASE)) {
        statement.execute("CREATE DATABASE " + DATABASE);
      }
      statement.execute("GRANT CREATE ON DATABASE " + DATABASE + " TO " + ROLE);
    }
    return new Warehouse(postgres.uri(DATABASE), ROLE, password);
  }

  /** As a pipeline's store Secret wants it. */
  Map<String, String> secret() {
    var values = new LinkedHashMap<String, String>();
    values.put("uri", uri);
    values.put("username", username);
    values.put("password", password);
    return values;
  }

  /** With the credentials in it, for psql. */
  String uriWithCredentials() {
    return uri.replace("://", "://" + username + ":" + password + "@");
  }

  private static void setPassword(Statement statement, String password) throws SQLException {
    statement.execute("ALTER ROLE " + ROLE + " PASSWORD '" + password.replace("'", "''") + "'");
  }

  private static boolean exists(Connection connection, String sql, String name)
      throws SQLException {
    try (var query = connection.prepareStatement(sql)) {
      query.setString(1, name);
      try (var rows = query.executeQuery()) {
        return rows.next();
      }
    }
  }
}
