package dev.acequia.stores.postgres;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.SpecVersion;
import dev.acequia.contract.TableNames;
import dev.acequia.stores.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keeps the migration of an older spec from undoing what the migration of a newer spec has done.
 * Each migration checks whether it is superseded, under the lock of each step. The ledger stores
 * the newest version of each resource, in the order in which the resources first came, so nothing
 * depends on a clock.
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
    var versions = versions(connection);
    for (var i = 0; i < versions.size(); i++) {
      var version = versions.get(i);
      var isLast = i == versions.size() - 1;
      if (version.resource().equals(own.get().resource())
          && (!isLast || version.number() > own.get().number())) {
        throw new StoreUnavailableException(superseded(connection, versions.getLast()));
      }
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
    var noted = new LinkedHashMap<String, SpecVersion>();
    Stream.concat(versions(connection).stream(), own.stream())
        .forEach(version -> noted.merge(version.resource(), version, MigrationOrder::newer));
    try (var statement =
        connection.prepareStatement(
            "UPDATE " + names.generations() + " SET specs = ? WHERE specs <> ?")) {
      var texts =
          connection.createArrayOf(
              "text", noted.values().stream().map(SpecVersion::toString).toArray());
      statement.setArray(1, texts);
      statement.setArray(2, texts);
      statement.executeUpdate();
    }
  }

  private static SpecVersion newer(SpecVersion one, SpecVersion other) {
    return one.number() > other.number() ? one : other;
  }

  /** All rows of the ledger hold the same, except rows inserted since. */
  private List<SpecVersion> versions(Connection connection) throws SQLException {
    var ledger = TableState.read(connection, names.generations());
    if (ledger.isEmpty() || !ledger.get().columns().containsKey("specs")) {
      return List.of();
    }
    try (var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT specs FROM "
                    + names.generations()
                    + " ORDER BY cardinality(specs) DESC LIMIT 1")) {
      return row.next()
          ? List.of((String[]) row.getArray(1).getArray()).stream().map(SpecVersion::parse).toList()
          : List.of();
    }
  }

  private String superseded(Connection connection, SpecVersion newest) throws SQLException {
    var text =
        "This migration belongs to version %s of the spec. A migration of version %s has come since, so this one changes nothing in %s. If that version no longer exists, as after a cluster was restored from a backup, run: UPDATE %s SET specs = '{}'"
            .formatted(own.orElseThrow(), newest, names.data(), names.generations());
    var word = definition.acceptedOffsets();
    return word == null || GenerationLedger.read(connection, names).knows(word)
        ? text
        : text + ". " + lost(word);
  }

  /** Says how to repeat a word that this migration does not apply. */
  private String lost(AcceptedOffsets word) {
    return "It did not accept the offsets that it was to accept. If the newer migration does not either, run: ./acequia offsets accept %s --namespace %s%s --to %s"
        .formatted(
            definition.name(),
            definition.namespace(),
            word.partition() == null ? "" : " --partition " + word.partition(),
            word.to());
  }
}
