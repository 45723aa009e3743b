package dev.acequia.stores.lake.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.apache.iceberg.ClientPool;
import org.apache.iceberg.jdbc.JdbcClientPool;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the catalog's database, which is made anew after any failure. Iceberg's own
 * pool sends a statement again when the connection broke: an update that the database carried out
 * then seems to have failed, and Iceberg removes the manifests of a commit that took place.
 */
final class CatalogConnections extends JdbcClientPool {
  /** How long a connection may rest and is used without a question. */
  private static final long RESTED_NANOS = Duration.ofSeconds(5).toNanos();

  private static final int QUESTION_SECONDS = 5;

  private @Nullable Connection connection;
  private long usedNanos;

  CatalogConnections(String url, Map<String, String> properties) {
    super(1, url, properties);
  }

  @Override
  public synchronized <R> R run(
      ClientPool.Action<R, Connection, SQLException> action, boolean retry)
      throws SQLException, InterruptedException {
    var own = open();
    connection = null;
    var answered = false;
    try {
      var result = action.run(own);
      answered = true;
      return result;
    } finally {
      if (answered) {
        connection = own;
        usedNanos = System.nanoTime();
      } else {
        close(own);
      }
    }
  }

  private Connection open() throws SQLException {
    var own = connection;
    if (own == null) {
      return newClient();
    }
    if (System.nanoTime() - usedNanos > RESTED_NANOS && !own.isValid(QUESTION_SECONDS)) {
      close(own);
      return newClient();
    }
    return own;
  }

  @Override
  public synchronized void close() {
    var own = connection;
    connection = null;
    if (own != null) {
      close(own);
    }
  }
}
