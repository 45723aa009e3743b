package dev.acequia.stores.postgres;

import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a consumer does to its offsets table. */
final class OffsetStatements {
  private final String claim;
  private final String advance;
  private final String probe;
  private final String schemaHash;

  OffsetStatements(TableNames names, String schemaHash) {
    claim =
        "UPDATE "
            + names.offsets()
            + " SET fence = fence + 1 WHERE partition = ?"
            + " RETURNING next_offset, topic_id, fence, schema_hash";
    advance =
        "UPDATE "
            + names.offsets()
            + " SET next_offset = ? WHERE partition = ? AND fence = ? AND next_offset = ?"
            + " AND schema_hash = ?";
    probe = "SELECT FROM " + names.offsets() + " LIMIT 1";
    this.schemaHash = schemaHash;
  }

  /** Fails when the table cannot be read. */
  void probe(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(probe);
    }
  }

  /** Empty when the partition has no row. */
  Optional<PartitionClaim> claim(Connection connection, int partition) throws SQLException {
    try (var statement = connection.prepareStatement(claim)) {
      statement.setInt(1, partition);
      try (var row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new PartitionClaim(
                    partition,
                    row.getLong(1),
                    row.getObject(2, UUID.class),
                    row.getLong(3),
                    row.getString(4)))
            : Optional.empty();
      }
    }
  }

  /**
   * Compares and sets, partition by partition in the given order, in one round trip.
   *
   * @return whether all of them were as expected
   */
  boolean advance(Connection connection, List<PartitionAdvance> advances) throws SQLException {
    try (var statement = connection.prepareStatement(advance)) {
      for (var one : advances) {
        statement.setLong(1, one.to());
        statement.setInt(2, one.partition());
        statement.setLong(3, one.fence());
        statement.setLong(4, one.from());
        statement.setString(5, schemaHash);
        statement.addBatch();
      }
      for (var matched : statement.executeBatch()) {
        if (matched != 1) {
          return false;
        }
      }
      return true;
    }
  }
}
