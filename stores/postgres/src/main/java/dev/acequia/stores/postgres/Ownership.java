package dev.acequia.stores.postgres;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreOwner;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Whose table it is: a comment on the offsets table beside it names the pipeline, so that no other
 * pipeline, and no table of someone else's, is written to by mistake.
 */
final class Ownership {
  static final String SCHEMA = "Made by Acequia; removed when empty.";

  private final Connection connection;
  private final TableNames names;
  private final String owner;

  Ownership(Connection connection, TableNames names, PipelineDefinition definition) {
    this.connection = connection;
    this.names = names;
    owner = StoreOwner.of(definition).onTable();
  }

  /**
   * Passes when the table is this pipeline's.
   *
   * @throws TerminationException when it is not
   */
  void check() throws SQLException, TerminationException {
    try (var statement =
        connection.prepareStatement("SELECT obj_description(to_regclass(?), 'pg_class')")) {
      statement.setString(1, names.offsets());
      try (var row = statement.executeQuery()) {
        var found = row.next() ? row.getString(1) : null;
        if (!owner.equals(found)) {
          throw new TerminationException(
              Termination.Reason.StoreRefused,
              "The table %s is there already and belongs to %s. Rename it, or set spec.store.postgres.table."
                  .formatted(names.data(), found == null ? "someone else" : found));
        }
      }
    }
  }

  /** Writes this pipeline's name down. */
  void claim() throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          "COMMENT ON TABLE " + names.offsets() + " IS '" + owner.replace("'", "''") + "'");
    }
  }

  /** Whether the database schema was made by a migration and holds nothing any more. */
  boolean isSchemaOursAndEmpty() throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            SELECT obj_description(n.oid, 'pg_namespace') = ?
                   AND pg_has_role(n.nspowner, 'USAGE')
                   AND NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid)
                   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = n.oid)
                   AND NOT EXISTS (SELECT FROM pg_type t WHERE t.typnamespace = n.oid)
            FROM pg_namespace n WHERE n.nspname = ?""")) {
      statement.setString(1, SCHEMA);
      statement.setString(2, names.schema());
      try (var row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }
}
