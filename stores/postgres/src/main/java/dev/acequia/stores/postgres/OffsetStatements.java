package dev.acequia.stores.postgres;

import dev.acequia.contract.TableNames;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a consumer does to its offsets table. */
final class OffsetStatements {
  /** A consumer of a former version moves the offset and leaves the epoch of another there. */
  static final String KNOWN_EPOCH = "CASE WHEN epoch_offset = next_offset THEN leader_epoch END";

  private static final String REPLAYING = "CASE WHEN next_offset < replay_until THEN ";

  /** Up to where records have been read once; a replay that is under way is behind. */
  static final String PRESENT = REPLAYING + "replay_resume ELSE next_offset END";

  /** The leader's epoch of the record before that; null when it is not known. */
  static final String PRESENT_EPOCH =
      REPLAYING + "replay_resume_epoch ELSE " + KNOWN_EPOCH + " END";

  private final String claim;
  private final String lineage;
  private final String advance;
  private final String rewind;
  private final String remember;
  private final String probe;
  private final String storedSchema;

  OffsetStatements(TableNames names, String schemaHash) {
    claim =
        "UPDATE "
            + names.offsets()
            + " SET fence = fence + 1 WHERE partition = ?"
            + " RETURNING next_offset, "
            + KNOWN_EPOCH
            + ", topic_id, fence, schema_hash,"
            + " replay, replay_from, replay_until, replay_resume, replay_resume_epoch, replay_accepted";
    lineage =
        "SELECT generation, from_offset FROM "
            + names.generations()
            + " WHERE partition = ? AND topic_id = ? ORDER BY generation";
    advance =
        "UPDATE "
            + names.offsets()
            + " SET next_offset = ?, epoch_offset = ?, leader_epoch = ? WHERE partition = ?"
            + " AND fence = ? AND next_offset = ? AND schema_hash = ?";
    rewind =
        "UPDATE "
            + names.offsets()
            + " SET next_offset = ?, epoch_offset = ?, leader_epoch = ?, replay = ?, replay_from = ?,"
            + " replay_until = ?, replay_resume = ?, replay_resume_epoch = ?, replay_accepted = ?"
            + " WHERE partition = ? AND fence = ? AND next_offset = ?"
            + " AND schema_hash = ?";
    remember = "INSERT INTO " + names.replays() + " VALUES (?, ?) ON CONFLICT DO NOTHING";
    probe = "SELECT FROM " + names.offsets() + " LIMIT 1";
    storedSchema = StoredSchema.of(schemaHash);
  }

  /** Fails when the table cannot be read. */
  void probe(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(probe);
    }
  }

  /** Empty when the partition has no row, or none in the ledger. */
  Optional<PartitionClaim> claim(Connection connection, int partition) throws SQLException {
    try (var statement = connection.prepareStatement(claim)) {
      statement.setInt(1, partition);
      try (var row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        var topicId = row.getObject(3, UUID.class);
        var generations = generations(connection, partition, topicId);
        return generations.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new PartitionClaim(
                    partition,
                    row.getLong(1),
                    row.getObject(2, Integer.class),
                    topicId,
                    new Lineage(generations),
                    row.getLong(4),
                    StoredSchema.hash(row.getString(5)),
                    replay(row)));
      }
    }
  }

  /**
   * In a statement of its own, which begins when the row is locked: a subquery of the one that
   * waits for the row sees the ledger as it was before the wait, beside the row as it is after it.
   */
  private List<Lineage.Generation> generations(Connection connection, int partition, UUID topicId)
      throws SQLException {
    var generations = new ArrayList<Lineage.Generation>();
    try (var statement = connection.prepareStatement(lineage)) {
      statement.setInt(1, partition);
      statement.setObject(2, topicId);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          generations.add(new Lineage.Generation(rows.getInt(1), rows.getLong(2)));
        }
      }
    }
    return generations;
  }

  private static @Nullable PartitionReplay replay(ResultSet row) throws SQLException {
    var id = row.getObject(6, UUID.class);
    return id == null
        ? null
        : new PartitionReplay(
            id,
            row.getLong(7),
            row.getLong(8),
            row.getLong(9),
            row.getObject(10, Integer.class),
            row.getBoolean(11));
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
      statement.setLong(2, to.nextOffset());
      statement.setObject(3, to.leaderEpoch(), Types.INTEGER);
      statement.setObject(4, to.replay().id());
      statement.setLong(5, to.replay().from());
      statement.setLong(6, to.replay().until());
      statement.setLong(7, to.replay().resume());
      statement.setObject(8, to.replay().resumeEpoch(), Types.INTEGER);
      statement.setBoolean(9, to.replay().accepted());
      statement.setInt(10, claim.partition());
      statement.setLong(11, claim.fence());
      statement.setLong(12, claim.nextOffset());
      statement.setString(13, storedSchema);
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
        statement.setLong(2, one.to());
        statement.setObject(3, one.leaderEpoch(), Types.INTEGER);
        statement.setInt(4, one.partition());
        statement.setLong(5, one.fence());
        statement.setLong(6, one.from());
        statement.setString(7, storedSchema);
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
