package dev.acequia.stores.postgres;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.stores.TopicLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the offsets table up to the topic: a row for each partition, offsets that a person
 * accepted, the hash of the schema. What was accepted is kept in the row, so that it is applied
 * once however often the migration runs.
 */
final class OffsetsMigration {
  private static final Logger LOG = LoggerFactory.getLogger(OffsetsMigration.class);

  /**
   * A row of the table.
   *
   * @param present up to where records have been read once; a replay that is under way is behind
   */
  private record Stored(UUID topicId, long nextOffset, long present, @Nullable String accepted) {}

  private static final String PRESENT =
      "CASE WHEN next_offset < replay_until THEN replay_resume ELSE next_offset END";

  private final Connection connection;
  private final TableNames names;
  private final PipelineDefinition definition;
  private final TopicLog log;
  private final Optional<AcceptedOffsets> accepted;

  OffsetsMigration(
      Connection connection, TableNames names, PipelineDefinition definition, TopicLog log) {
    this.connection = connection;
    this.names = names;
    this.definition = definition;
    this.log = log;
    accepted =
        Optional.ofNullable(definition.acceptedOffsets())
            .filter(word -> TopicDefinition.uuid(word.topicId()).equals(log.topicId()));
  }

  /** The statement that creates the table. */
  static String create(TableNames names) {
    return "CREATE TABLE "
        + names.offsets()
        + " (partition integer PRIMARY KEY, topic_id uuid NOT NULL, next_offset bigint NOT NULL,"
        + " fence bigint NOT NULL, schema_hash text NOT NULL, accepted text,"
        + " replay uuid, replay_from bigint, replay_until bigint, replay_resume bigint)"
        // A row is updated with each batch: room beside it keeps the table at a page or two.
        + " WITH (fillfactor = 10)";
  }

  /**
   * Locks the rows in ascending order, as consumers do, and does all that can be done.
   *
   * @return why a person is needed still, empty when the offsets fit the topic
   */
  Optional<TerminationException> apply() throws SQLException, TerminationException {
    var stored = lock();
    for (var partition = 0; partition < log.partitions().size(); partition++) {
      var row = stored.get(partition);
      if (row == null) {
        insert(partition, log.partitions().get(partition).beginning());
      } else if (isAccepted(partition, row)) {
        accept(partition, row);
      }
    }
    setSchemaHash();
    return trouble(lock());
  }

  /** Why the stored offsets do not fit the topic, unless something was accepted. */
  Optional<TerminationException> foreseeableTrouble() throws SQLException {
    return accepted.isPresent() ? Optional.empty() : trouble(read("next_offset", ""));
  }

  private Map<Integer, Stored> lock() throws SQLException {
    return read(PRESENT, " FOR UPDATE");
  }

  /** A table of a former version, not yet brought up to date, has no replays. */
  private Map<Integer, Stored> read(String present, String locking) throws SQLException {
    var stored = new TreeMap<Integer, Stored>();
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT partition, topic_id, next_offset, "
                    + present
                    + ", accepted FROM "
                    + names.offsets()
                    + " ORDER BY partition"
                    + locking)) {
      while (rows.next()) {
        stored.put(
            rows.getInt(1),
            new Stored(
                rows.getObject(2, UUID.class),
                rows.getLong(3),
                rows.getLong(4),
                rows.getString(5)));
      }
    }
    return stored;
  }

  private boolean isAccepted(int partition, Stored row) {
    return accepted
        .filter(word -> word.partition() == null || word.partition() == partition)
        .filter(word -> !Objects.equals(row.accepted(), wordFor(word)))
        .isPresent();
  }

  private void accept(int partition, Stored row) throws SQLException, TerminationException {
    var word = accepted.orElseThrow();
    var range = log.partitions().get(partition);
    var to =
        switch (word.to()) {
          case "earliest" -> range.beginning();
          case "latest" -> range.end();
          default -> Long.parseLong(word.to());
        };
    if (to < range.beginning() || to > range.end()) {
      throw new TerminationException(
          Termination.Reason.OffsetsLost,
          "Offset %d, which was accepted for partition %d of topic %s, lies outside its log, which holds %d to %d. Run: ./acequia offsets accept %s --namespace %s --partition %d --to earliest|latest|OFFSET"
              .formatted(
                  to,
                  partition,
                  definition.topic().name(),
                  range.beginning(),
                  range.end(),
                  definition.name(),
                  definition.namespace(),
                  partition));
    }
    var goesBack =
        row.topicId().equals(log.topicId()) && to < row.present() && row.present() <= range.end();
    try (var statement =
        connection.prepareStatement(
            "UPDATE "
                + names.offsets()
                + " SET topic_id = ?, next_offset = ?, fence = fence + 1, accepted = ?,"
                + (goesBack
                    // What is read again is judged as in a replay.
                    ? " replay = coalesce(replay, gen_random_uuid()), replay_from = ?,"
                        + " replay_until = ?, replay_resume = ?"
                    // A replay that is under way ends here.
                    : " replay_from = least(replay_from, ?), replay_until = least(replay_until, ?),"
                        + " replay_resume = ?")
                + " WHERE partition = ?")) {
      statement.setObject(1, log.topicId());
      statement.setLong(2, to);
      statement.setString(3, wordFor(word));
      statement.setLong(4, to);
      statement.setLong(5, goesBack ? row.present() : to);
      statement.setLong(6, goesBack ? row.present() : to);
      statement.setInt(7, partition);
      statement.executeUpdate();
    }
    LOG.info(
        "partition {}: reading goes on at offset {} of topic {}, as accepted; it was {} of {}",
        partition,
        to,
        log.topicId(),
        row.nextOffset(),
        row.topicId());
  }

  private void insert(int partition, long beginning) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "INSERT INTO " + names.offsets() + " VALUES (?, ?, ?, 0, ?, NULL)")) {
      statement.setInt(1, partition);
      statement.setObject(2, log.topicId());
      statement.setLong(3, beginning);
      statement.setString(4, definition.schema().hash());
      statement.executeUpdate();
    }
  }

  private void setSchemaHash() throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "UPDATE " + names.offsets() + " SET schema_hash = ? WHERE schema_hash <> ?")) {
      statement.setString(1, definition.schema().hash());
      statement.setString(2, definition.schema().hash());
      statement.executeUpdate();
    }
  }

  private Optional<TerminationException> trouble(Map<Integer, Stored> stored) {
    List<Integer> foreign = new ArrayList<>();
    stored.forEach(
        (partition, row) -> {
          if (!row.topicId().equals(log.topicId())) {
            foreign.add(partition);
          }
        });
    return foreign.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TerminationException(
                Termination.Reason.TopicRecreated,
                "Topic %s is not the one whose offsets are stored for partitions %s: it was deleted and created again. Nothing was skipped. To go on with the new topic, run: ./acequia offsets accept %s --namespace %s --to earliest|latest"
                    .formatted(
                        definition.topic().name(),
                        foreign,
                        definition.name(),
                        definition.namespace())));
  }

  private static String wordFor(AcceptedOffsets word) {
    return word.topicId()
        + " "
        + (word.partition() == null ? "*" : word.partition())
        + " "
        + word.to()
        + (word.at() == null ? "" : " " + word.at());
  }
}
