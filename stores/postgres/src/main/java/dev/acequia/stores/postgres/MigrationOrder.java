package dev.acequia.stores.postgres;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.SpecOrder;
import dev.acequia.contract.SpecVersion;
import dev.acequia.contract.TableNames;
import dev.acequia.stores.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The order of specs as the ledger stores it. Each migration checks whether it is superseded, under
 * the lock of each step.
 */
final class MigrationOrder {
  private final TableNames names;
  private final PipelineDefinition definition;
  private final Optional<SpecVersion> own;

  MigrationOrder(TableNames names, PipelineDefinition definition, Optional<SpecVersion> own) {
    this.names = names;
    this.definition = definition;
    this.own = own;
  }

  /**
   * Passes when no newer migration has come.
   *
   * @throws StoreUnavailableException when one has. The process is to be retried, not stopped for
   *     good: after a spec was changed back, the operator makes the Job again with a newer version
   */
  void check(Connection connection) throws SQLException, StoreUnavailableException {
    if (own.isEmpty()) {
      return;
    }
    var order = read(connection);
    if (order.supersedes(own.get())) {
      throw new StoreUnavailableException(refusal(connection, order, own.get()));
    }
  }

  /**
   * Stores this migration's version; the ledger exists. Never lowers a version: a newer migration
   * may have registered since the check, and does its work later.
   */
  void note(Connection connection) throws SQLException {
    if (own.isEmpty()) {
      return;
    }
    var noted = read(connection).with(own.get());
    try (var statement =
        connection.prepareStatement(
            "UPDATE " + names.generations() + " SET specs = ? WHERE specs <> ?")) {
      var texts =
          connection.createArrayOf(
              "text", noted.versions().stream().map(SpecVersion::toString).toArray());
      statement.setArray(1, texts);
      statement.setArray(2, texts);
      statement.executeUpdate();
    }
  }

  /** All rows of the ledger hold the same, except rows inserted since. */
  private SpecOrder read(Connection connection) throws SQLException {
    var ledger = TableState.read(connection, names.generations());
    if (ledger.isEmpty() || !ledger.get().columns().containsKey("specs")) {
      return new SpecOrder(List.of());
    }
    try (var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT specs FROM "
                    + names.generations()
                    + " ORDER BY cardinality(specs) DESC LIMIT 1")) {
      return new SpecOrder(
          row.next()
              ? Stream.of((String[]) row.getArray(1).getArray()).map(SpecVersion::parse).toList()
              : List.of());
    }
  }

  private String refusal(Connection connection, SpecOrder order, SpecVersion version)
      throws SQLException {
    var text =
        order.refusal(version, names.data(), "UPDATE " + names.generations() + " SET specs = '{}'");
    var word = definition.acceptedOffsets();
    return word == null || GenerationLedger.read(connection, names).knows(word)
        ? text
        : text + ". " + word.lost(definition.namespace(), definition.name());
  }
}
