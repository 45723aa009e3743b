package dev.acequia.stores.postgres;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreOwner;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/**
 * Whose the tables are among all installations that share the database: one row in a table beside
 * the offsets. The comment that {@link Ownership} reads names the pipeline alone, and pipelines of
 * one name are in many clusters. A table without the row is of a former version, and the first to
 * migrate it writes the row.
 */
final class OwnerRow {
  /** Who migrates; {@code uid} is the resource's. */
  record Claimant(String installation, String uid) {
    /** Empty where no operator started the process. */
    static Optional<Claimant> from(Map<String, String> environment) {
      return RuntimeVariable.ACEQUIA_INSTALLATION
          .in(environment)
          .map(
              installation ->
                  new Claimant(
                      installation, RuntimeVariable.ACEQUIA_PIPELINE_UID.requiredIn(environment)));
    }
  }

  private record Row(String installation, String namespace, String pipeline, String uid) {}

  private final Connection connection;
  private final TableNames names;
  private final StoreOwner owner;
  private final Claimant claimant;

  OwnerRow(
      Connection connection, TableNames names, PipelineDefinition definition, Claimant claimant) {
    this.connection = connection;
    this.names = names;
    this.owner = StoreOwner.of(definition);
    this.claimant = claimant;
  }

  /**
   * Passes when the tables are this pipeline's, or nobody's.
   *
   * @throws TerminationException when they are another's; the message names both
   */
  void check() throws SQLException, TerminationException {
    var row = read();
    if (row.isPresent() && !isOwn(row.get())) {
      throw taken(row.get());
    }
  }

  /** Writes the row, or takes it over from a former resource of the same name. */
  void claim() throws SQLException, TerminationException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS "
              + names.owner()
              // The primary key admits one row.
              + " (one boolean PRIMARY KEY DEFAULT true CHECK (one), installation text NOT NULL,"
              + " namespace text NOT NULL, pipeline text NOT NULL, uid text NOT NULL,"
              + " since timestamptz NOT NULL DEFAULT now())");
    }
    try (var statement =
        connection.prepareStatement(
            "INSERT INTO "
                + names.owner()
                + " (installation, namespace, pipeline, uid) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT DO NOTHING")) {
      statement.setString(1, claimant.installation());
      statement.setString(2, owner.namespace());
      statement.setString(3, owner.pipeline());
      statement.setString(4, claimant.uid());
      statement.executeUpdate();
    }
    check();
    try (var statement =
        connection.prepareStatement(
            "UPDATE " + names.owner() + " SET uid = ?, since = now() WHERE uid <> ?")) {
      statement.setString(1, claimant.uid());
      statement.setString(2, claimant.uid());
      statement.executeUpdate();
    }
  }

  /**
   * Passes when this very resource may drop the tables: one that was made again with the same name
   * may have them by now.
   */
  void checkDrop() throws SQLException, TerminationException {
    check();
    var row = read();
    if (row.isPresent() && !row.get().uid().equals(claimant.uid())) {
      throw new TerminationException(
          Termination.Reason.NameTaken,
          "The table %s belongs to the DataPipeline %s/%s with uid %s by now, and the one with uid %s is to be removed"
              .formatted(
                  names.data(),
                  owner.namespace(),
                  owner.pipeline(),
                  row.get().uid(),
                  claimant.uid()));
    }
  }

  private boolean isOwn(Row row) {
    return row.installation().equals(claimant.installation())
        && row.namespace().equals(owner.namespace())
        && row.pipeline().equals(owner.pipeline());
  }

  private TerminationException taken(Row row) {
    return new TerminationException(
        Termination.Reason.NameTaken,
        "The table %s belongs to DataPipeline %s/%s of installation %s; this is %s/%s of installation %s. If that pipeline is gone for good, hand the table over by: DELETE FROM %s"
            .formatted(
                names.data(),
                row.namespace(),
                row.pipeline(),
                row.installation(),
                owner.namespace(),
                owner.pipeline(),
                claimant.installation(),
                names.owner()));
  }

  private Optional<Row> read() throws SQLException {
    if (TableState.read(connection, names.owner()).isEmpty()) {
      return Optional.empty();
    }
    try (var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT installation, namespace, pipeline, uid FROM " + names.owner())) {
      return row.next()
          ? Optional.of(
              new Row(row.getString(1), row.getString(2), row.getString(3), row.getString(4)))
          : Optional.empty();
    }
  }
}
