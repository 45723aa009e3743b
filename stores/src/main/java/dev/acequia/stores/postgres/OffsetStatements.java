package dev.acequia.stores.postgres;

import dev.acequia.contract.TableNames;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a consumer does to its offsets table. */
final class OffsetStatements {
  private final String claim;
  private final String advance;
  private final String rewind;
  private final String remember;
  private final String probe;
  private final String schemaHash;

  OffsetStatements(TableNames names, String schemaHash) {
    claim =
        "UPDATE "
            + names.offsets()
            + " SET fence = fence + 1 WHERE partition = ?"
            + " RETURNING next_offset, topic_id, fence, schema_hash,"
            + " replay, replay_from, replay_until, replay_resume";
    advance =
        "UPDATE "
            + names.offsets()
            + " SET next_offset = ? WHERE partition = ? AND fence = ? AND next_offset = ?"
            + " AND schema_hash = ?";
    rewind =
        "UPDATE "
            + names.offsets()
            + " SET next_offset = ?, replay = ?, replay_from = ?, replay_until = ?,"
            + " replay_resume = ? WHERE partition = ? AND fence = ? AND next_offset = ?"
            + " AND schema_hash = ?";
    remember = "INSERT INTO " + names.replays() + " VALUES (?, ?) ON CONFLICT DO NOTHING";
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
                    row.getString(4),
                    replay(row)))
            : Optional.empty();
      }
    }
  }

  private static @Nullable PartitionReplay replay(ResultSet row) throws SQLException {
    var id = row.getObject(5, UUID.class);
    return id == null
        ? null
        : new PartitionReplay(id, row.getLong(6), row.getLong(7), row.getLong(8));
  }

  /** What became of a rewind. */
  enum Rewound {
    DONE,
    /** This replay was carried out before. */
    BEFORE,
    OVERTAKEN
  }

  /** Compares and sets, and remembers the replay; only what is done may be committed. */
  Rewound rewind(Connection connection, PartitionClaim claim, Rewind to) throws SQLException {
    try (var statement = connection.prepareStatement(rewind)) {
      statement.setLong(1, to.nextOffset());
      statement.setObject(2, to.replay().id());
      statement.setLong(3, to.replay().from());
      statement.setLong(4, to.replay().until());
      statement.setLong(5, to.replay().resume());
      statement.setInt(6, claim.partition());
      statement.setLong(7, claim.fence());
      statement.setLong(8, claim.nextOffset());
      statement.setString(9, schemaHash);
      if (statement.executeUpdate() != 1) {
        return Rewound.OVERTAKEN;
      }
    }
    if (!remember(connection, to.replay().id(), claim.partition()) && to.once()) {
      return Rewound.BEFORE;
    }
    if (to.previous() != null) {
      remember(connection, to.previous(), claim.partition());
    }
    return Rewound.DONE;
  }

  /** Whether the replay is new to the partition. */
  private boolean remember(Connection connection, UUID replay, int partition) throws SQLException {
    try (var statement = connection.prepareStatement(remember)) {
      statement.setObject(1, replay);
      statement.setInt(2, partition);
      return statement.executeUpdate() == 1;
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
