package dev.acequia.benchmarks.sink;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/** Rows on their way into a table, as lines of COPY's text format. */
final class RowFile implements AutoCloseable {
  private final Connection connection;
  private final OutputStream out;

  RowFile(Connection connection, String table) throws SQLException {
    this.connection = connection;
    out =
        new PGCopyOutputStream(
            connection.unwrap(PGConnection.class), "COPY " + table + " FROM STDIN", 1 << 16);
  }

  void add(String line) throws IOException {
    out.write(line.getBytes(StandardCharsets.UTF_8));
  }

  /** Finishes the COPY. */
  @Override
  public void close() throws IOException, SQLException {
    out.close();
    connection.close();
  }
}
