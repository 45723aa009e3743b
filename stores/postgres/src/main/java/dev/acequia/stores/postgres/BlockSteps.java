package dev.acequia.stores.postgres;

import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Goes through a table once, some blocks in each transaction, so that no session waits long for a
 * row. Each step can be taken again. What is written after the beginning may lie behind the end.
 */
final class BlockSteps {
  /** 1 MiB: some thousand rows, hence a fraction of a second. */
  private static final long BLOCKS = 128;

  private final MigrationSteps steps;

  BlockSteps(MigrationSteps steps) {
    this.steps = steps;
  }

  /** The work on some blocks. */
  interface Work {
    /** Does it; {@code blocks} is a condition on {@code ctid}. */
    void run(Connection connection, String blocks) throws SQLException;
  }

  void run(String table, Work work) throws TerminationException, StoreUnavailableException {
    long end = steps.run(connection -> blocks(connection, table));
    for (var next = 0L; next < end; next += BLOCKS) {
      var blocks = "ctid >= '(%d,0)'::tid AND ctid < '(%d,0)'::tid".formatted(next, next + BLOCKS);
      steps.run(
          connection -> {
            work.run(connection, blocks);
            return true;
          });
    }
  }

  /** Somebody may have divided the table into partitions: the largest counts. */
  private static long blocks(Connection connection, String table) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "SELECT greatest(pg_relation_size(t), (SELECT max(pg_relation_size(relid))"
                + " FROM pg_partition_tree(t))) / current_setting('block_size')::bigint"
                + " FROM CAST(? AS regclass) t")) {
      statement.setString(1, table);
      try (var row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
