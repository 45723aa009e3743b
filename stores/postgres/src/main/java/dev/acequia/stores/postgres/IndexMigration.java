package dev.acequia.stores.postgres;

import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings about the indexes that a definition lists, while the table is read and written. They are
 * told by their names: a build that was broken off leaves an invalid one, which is made anew, and
 * one that is no longer listed is dropped. Indexes of other names are someone else's.
 */
final class IndexMigration {
  private static final Logger LOG = LoggerFactory.getLogger(IndexMigration.class);
  private static final Duration LOCK_PAUSE = Duration.ofMillis(500);

  private static final String INDEXES =
      """
      SELECT c.relname, i.indisvalid AND i.indisready
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = to_regclass(?) AND starts_with(c.relname, ?)""";

  private final TableNames names;
  private final List<StoreDefinition.Index> indexes;
  private final MigrationSteps steps;
  private final MigrationOrder order;

  IndexMigration(
      TableNames names,
      List<StoreDefinition.Index> indexes,
      MigrationSteps steps,
      MigrationOrder order) {
    this.names = names;
    this.indexes = indexes;
    this.steps = steps;
    this.order = order;
  }

  /** The fields that the listed indexes need. */
  Set<String> fields() {
    return indexes.stream()
        .flatMap(index -> index.fields().stream())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Builds and drops what it can: no table, or a column that is yet to come, has no index. */
  void apply() throws TerminationException, StoreUnavailableException {
    if (!steps.run(this::isDue)) {
      return;
    }
    steps.runWithoutTransaction(
        connection -> {
          var table = TableState.read(connection, names.data());
          if (table.isPresent()) {
            lock(connection);
            order.check(connection); // an older one would drop what a newer one has built
            apply(connection, table.get());
          }
          return true;
        });
  }

  /** Builds a unique index, which is to become the table's primary key. */
  void buildUnique(String name, List<String> columns)
      throws TerminationException, StoreUnavailableException {
    steps.runWithoutTransaction(
        connection -> {
          lock(connection);
          if (!indexes(connection, name).getOrDefault(name, false)) {
            execute(connection, "DROP INDEX CONCURRENTLY IF EXISTS " + names.qualified(name));
            create(connection, "UNIQUE INDEX", name, columns);
          }
          return true;
        });
  }

  /** Most tables neither have indexes nor are to have some. */
  private boolean isDue(Connection connection) throws SQLException {
    return !indexes.isEmpty() || !indexes(connection, TableNames.INDEX_PREFIX).isEmpty();
  }

  private void apply(Connection connection, TableState table) throws SQLException {
    var wanted = new LinkedHashMap<String, List<String>>();
    for (var index : indexes) {
      if (table.columns().keySet().containsAll(index.fields())) {
        wanted.put(names.index(index.fields()), index.fields());
      }
    }
    for (var found : indexes(connection, TableNames.INDEX_PREFIX).entrySet()) {
      var name = found.getKey();
      var valid = found.getValue();
      if (valid && wanted.containsKey(name)) {
        wanted.remove(name);
        continue;
      }
      LOG.info(
          "dropping {} index {} of {}",
          valid ? "the unlisted" : "the half-built",
          name,
          names.data());
      execute(connection, "DROP INDEX CONCURRENTLY IF EXISTS " + names.qualified(name));
    }
    for (var index : wanted.entrySet()) {
      create(connection, "INDEX", index.getKey(), index.getValue());
    }
  }

  private void create(Connection connection, String kind, String name, List<String> fields)
      throws SQLException {
    var columns = fields.stream().map(Sql::quoted).collect(Collectors.joining(", "));
    LOG.info("building an index of {} on ({})", names.data(), columns);
    var start = System.nanoTime();
    execute(
        connection,
        "CREATE "
            + kind
            + " CONCURRENTLY "
            + Sql.quoted(name)
            + " ON "
            + names.data()
            + " ("
            + columns
            + ")");
    LOG.info("built it in {} s", (System.nanoTime() - start) / 1_000_000_000);
  }

  /** The indexes of the table whose names begin so, each with whether it is whole. */
  private Map<String, Boolean> indexes(Connection connection, String prefix) throws SQLException {
    var found = new LinkedHashMap<String, Boolean>();
    try (var statement = connection.prepareStatement(INDEXES)) {
      statement.setString(1, names.data());
      statement.setString(2, prefix);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          found.put(rows.getString(1), rows.getBoolean(2));
        }
      }
    }
    return found;
  }

  /**
   * One migration at a time, for as long as the connection lives. It is tried rather than waited
   * for: who waits within a statement is waited for by the build itself.
   */
  private void lock(Connection connection) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "SELECT pg_try_advisory_lock(hashtextextended('acequia indexes ' || ?, 0))")) {
      statement.setString(1, names.data());
      for (var first = true; ; first = false) {
        try (var row = statement.executeQuery()) {
          if (row.next() && row.getBoolean(1)) {
            return;
          }
        }
        if (first) {
          LOG.info("waiting for another migration that builds indexes of {}", names.data());
        }
        Thread.sleep(LOCK_PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLTransientException("interrupted while waiting for another migration", e);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
