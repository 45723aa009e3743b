package dev.acequia.stores.postgres;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.stores.TopicLog;
import dev.acequia.stores.TopicLog.Cut;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the offsets table up to the topic: a row for each partition, offsets that a person
 * accepted, the hash of the schema. The ledger keeps what was accepted, so that it is applied once
 * however often the migration runs, and however often the table is filled anew.
 */
final class OffsetsMigration {
  private static final Logger LOG = LoggerFactory.getLogger(OffsetsMigration.class);

  /**
   * A row of the table.
   *
   * @param present up to where records have been read once; a replay that is under way is behind
   * @param presentEpoch the leader's epoch of the record before that; null when it is not known
   */
  private record Stored(
      UUID topicId, long nextOffset, long present, @Nullable Integer presentEpoch) {}

  /** Rows of a load that never rests are asked about under their lock at last. */
  private static final int MOST_QUESTIONS = 3;

  private final Connection connection;
  private final TableNames names;
  private final PipelineDefinition definition;
  private final TopicLog log;
  private final Optional<AcceptedOffsets> accepted;
  private final Map<Integer, Asked> asked = new TreeMap<>();

  /** As far as Kafka was asked, what it said last. */
  private List<TopicLog.Range> ranges;

  OffsetsMigration(
      Connection connection, TableNames names, PipelineDefinition definition, TopicLog log) {
    this.connection = connection;
    this.names = names;
    this.definition = definition;
    this.log = log;
    ranges = log.partitions();
    accepted =
        Optional.ofNullable(definition.acceptedOffsets())
            .filter(word -> TopicDefinition.uuid(word.topicId()).equals(log.topicId()));
  }

  /** The statement that creates the table. */
  static String create(TableNames names) {
    return "CREATE TABLE "
        + names.offsets()
        + " (partition integer PRIMARY KEY, topic_id uuid NOT NULL, next_offset bigint NOT NULL,"
        + " fence bigint NOT NULL, schema_hash text NOT NULL,"
        + " replay uuid, replay_from bigint, replay_until bigint, replay_resume bigint,"
        + " epoch_offset bigint, leader_epoch integer, replay_resume_epoch integer,"
        + " replay_accepted boolean NOT NULL DEFAULT false)"
        // A row is updated with each batch: room beside it keeps the table at a page or two.
        + " WITH (fillfactor = 10)";
  }

  /**
   * Locks the rows in ascending order, as consumers do, and does all that can be done.
   *
   * @return why a person is needed still, empty when the offsets fit the topic
   */
  Optional<TerminationException> apply() throws SQLException, TerminationException {
    var stored = lockWhatKafkaWasAsked();
    if (accepted.isEmpty()) {
      var trouble = trouble(topicIds());
      if (trouble.isPresent()) {
        throw trouble.get(); // it came since the first look
      }
    }
    var ledger = GenerationLedger.read(connection, names);
    // A word is good for the rows that are there when it first comes, and for none that come later.
    var word = accepted.filter(given -> !stored.isEmpty() && !ledger.knows(given));
    for (var partition = 0; partition < log.partitions().size(); partition++) {
      var row = stored.get(partition);
      if (row == null) {
        ledger.begin(partition, log.topicId());
        var range = range(partition);
        noteCutBeforeFill(partition, range, ledger);
        insert(partition, range, ledger.fence(partition));
        ledger.fillAnew(partition, log.topicId(), range.beginning());
      } else if (word.isPresent() && concerns(word.get(), partition)) {
        accept(word.get(), partition, row, ledger);
      } else if (row.topicId().equals(log.topicId())) {
        ledger.begin(partition, log.topicId());
      }
    }
    if (word.isPresent()) {
      for (var row : stored.entrySet()) {
        var partition = row.getKey();
        if (isOfAnotherTopic(partition, row.getValue()) && concerns(word.get(), partition)) {
          forget(partition);
        }
      }
    }
    if (accepted.isPresent()) {
      ledger.note(accepted.get(), log.topicId());
    }
    setSchema();
    return trouble(topicIds());
  }

  /** Why the stored offsets do not fit the topic, unless something was accepted. */
  Optional<TerminationException> foreseeableTrouble() throws SQLException {
    return accepted.isPresent() ? Optional.empty() : trouble(topicIds());
  }

  /** Of any version's table. */
  private Map<Integer, UUID> topicIds() throws SQLException {
    var found = new TreeMap<Integer, UUID>();
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT partition, topic_id FROM " + names.offsets())) {
      while (rows.next()) {
        found.put(rows.getInt(1), rows.getObject(2, UUID.class));
      }
    }
    return found;
  }

  /**
   * Asks Kafka before the rows are locked, so that consumers do not wait for its answer, and again
   * when a row is no longer the one that was asked about.
   */
  private Map<Integer, Stored> lockWhatKafkaWasAsked() throws SQLException {
    var before = connection.setSavepoint();
    for (var attempt = 1; ; attempt++) {
      askKafka();
      var stored = read(" FOR UPDATE");
      if (attempt == MOST_QUESTIONS || unanswered(stored).isEmpty()) {
        return stored;
      }
      connection.rollback(before); // lets the rows go
    }
  }

  private void askKafka() throws SQLException {
    var stored = read("");
    var questions = unanswered(stored);
    var isAnyNew =
        IntStream.range(0, log.partitions().size())
            .anyMatch(partition -> !stored.containsKey(partition));
    if (isAnyNew || !questions.isEmpty() || isWordNew(stored)) {
      var read = log.epochs().ranges();
      ranges = read.size() < log.partitions().size() ? log.partitions() : read;
    }
    questions.forEach((partition, row) -> cut(partition, row, range(partition)));
  }

  private boolean isWordNew(Map<Integer, Stored> stored) throws SQLException {
    return accepted.isPresent()
        && !stored.isEmpty()
        && !GenerationLedger.read(connection, names).knows(accepted.get());
  }

  /** The rows that a word is to move, whose logs Kafka has not compared with what was read. */
  private Map<Integer, Stored> unanswered(Map<Integer, Stored> stored) throws SQLException {
    var found = new TreeMap<Integer, Stored>();
    if (isWordNew(stored)) {
      stored.forEach(
          (partition, row) -> {
            var answer = asked.get(partition);
            if (concerns(accepted.get(), partition)
                && partition < log.partitions().size()
                && row.topicId().equals(log.topicId())
                && (answer == null || !answer.covers(row))) {
              found.put(partition, row);
            }
          });
    }
    return found;
  }

  private TopicLog.Range range(int partition) {
    return ranges.get(partition);
  }

  private Map<Integer, Stored> read(String locking) throws SQLException {
    var stored = new TreeMap<Integer, Stored>();
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT partition, topic_id, next_offset, "
                    + OffsetStatements.PRESENT
                    + ", "
                    + OffsetStatements.PRESENT_EPOCH
                    + " FROM "
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
                rows.getObject(5, Integer.class)));
      }
    }
    return stored;
  }

  /** Of a topic that had more partitions; this one may have got its own since the log was read. */
  private boolean isOfAnotherTopic(int partition, Stored row) {
    return partition >= log.partitions().size() && !row.topicId().equals(log.topicId());
  }

  private static boolean concerns(AcceptedOffsets word, int partition) {
    return word.partition() == null || word.partition() == partition;
  }

  private void accept(AcceptedOffsets word, int partition, Stored row, GenerationLedger ledger)
      throws SQLException, TerminationException {
    var range = range(partition);
    var isSameTopic = row.topicId().equals(log.topicId());
    var cut = isSameTopic ? cut(partition, row, range) : Optional.<Cut>empty();
    var isAsRead = isSameTopic && cut.isEmpty();
    // Consumers may have read on since the end was asked for.
    var end = isAsRead ? Math.max(range.end(), row.present()) : range.end();
    var to =
        switch (word.to()) {
          case "earliest" -> range.beginning();
          case "latest" -> end;
          default -> Long.parseLong(word.to());
        };
    if (to < range.beginning() || to > end) {
      throw new TerminationException(
          Termination.Reason.OffsetsLost,
          "Offset %d, which was accepted for partition %d of topic %s, lies outside its log, which holds %d to %d. Run: ./acequia offsets accept %s --namespace %s --partition %d --to earliest|latest|OFFSET"
              .formatted(
                  to,
                  partition,
                  definition.topic().name(),
                  range.beginning(),
                  end,
                  definition.name(),
                  definition.namespace(),
                  partition));
    }
    // Up to where the log is the one that was read.
    var known = cut.map(found -> found.at().orElse(to)).orElse(row.present());
    if (cut.isPresent()) {
      begin(partition, known, ledger);
    } else {
      ledger.begin(partition, log.topicId());
    }
    if (!isSameTopic || to > known) {
      ledger.goesOnAt(partition, log.topicId(), to);
    }
    var goesBack = isSameTopic && to < known && known <= end;
    var resumeEpoch = cut.isPresent() ? range.epoch() : row.presentEpoch();
    var epoch = isAsRead && to == row.present() ? row.presentEpoch() : range.epoch();
    try (var statement =
        connection.prepareStatement(
            "UPDATE "
                + names.offsets()
                + " SET topic_id = ?, next_offset = ?, epoch_offset = ?, leader_epoch = ?,"
                + " fence = fence + 1,"
                + (goesBack
                    // What is read again is judged as in a replay.
                    ? " replay = coalesce(replay, gen_random_uuid()), replay_from = ?,"
                        + " replay_until = ?, replay_resume = ?, replay_resume_epoch = ?,"
                        + " replay_accepted = true"
                    // A replay that is under way ends here.
                    : " replay_from = least(replay_from, ?), replay_until = least(replay_until, ?),"
                        + " replay_resume = ?, replay_resume_epoch = ?")
                + " WHERE partition = ?")) {
      statement.setObject(1, log.topicId());
      statement.setLong(2, to);
      statement.setLong(3, to);
      statement.setObject(4, epoch, Types.INTEGER);
      statement.setLong(5, to);
      statement.setLong(6, goesBack ? known : to);
      statement.setLong(7, goesBack ? known : to);
      statement.setObject(8, goesBack ? resumeEpoch : null, Types.INTEGER);
      statement.setInt(9, partition);
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

  private void noteCutBeforeFill(int partition, TopicLog.Range range, GenerationLedger ledger)
      throws SQLException {
    var before = ledger.takeReadBefore(partition, log.topicId());
    if (before.isPresent()) {
      var read =
          new Stored(
              log.topicId(),
              before.get().offset(),
              before.get().offset(),
              before.get().leaderEpoch());
      var cut = cut(partition, read, range);
      if (cut.isPresent()) {
        begin(partition, cut.get().at().orElse(range.beginning()), ledger);
      }
    }
  }

  /** A generation of a log that was cut. */
  private void begin(int partition, long from, GenerationLedger ledger) throws SQLException {
    LOG.info(
        "partition {}: its log was cut; from offset {} on its records are of generation {}",
        partition,
        from,
        ledger.cut(partition, log.topicId(), from));
  }

  /**
   * Whether the log lost records that were read: other ones may stand at their offsets now. Without
   * an epoch, as former versions stored none, this is only seen while the log is shorter.
   */
  private Optional<Cut> cut(int partition, Stored row, TopicLog.Range range) {
    var known = asked.get(partition);
    if (known == null || !known.covers(row)) {
      known = new Asked(row.present(), ask(partition, row, range));
      asked.put(partition, known);
    }
    return known.cut();
  }

  private Optional<Cut> ask(int partition, Stored row, TopicLog.Range range) {
    if (row.presentEpoch() != null) {
      return log.epochs().cut(partition, row.present(), row.presentEpoch());
    }
    return row.present() > range.end()
        ? Optional.of(new Cut(OptionalLong.empty()))
        : Optional.empty();
  }

  /**
   * What Kafka said.
   *
   * @param present up to where the log was compared with what was read
   */
  private record Asked(long present, Optional<Cut> cut) {
    /** Whoever has read on since has compared the epochs itself. */
    boolean covers(Stored row) {
      return row.present() == present || (row.present() > present && cut.isEmpty());
    }
  }

  private void insert(int partition, TopicLog.Range range, long fence) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "INSERT INTO "
                + names.offsets()
                + " (partition, topic_id, next_offset, epoch_offset, leader_epoch, fence, schema_hash)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
      statement.setInt(1, partition);
      statement.setObject(2, log.topicId());
      statement.setLong(3, range.beginning());
      statement.setLong(4, range.beginning());
      statement.setObject(5, range.epoch(), Types.INTEGER);
      statement.setLong(6, fence);
      statement.setString(7, StoredSchema.of(definition.schema().hash()));
      statement.executeUpdate();
    }
  }

  /** A topic that was created again may have fewer partitions: nothing comes from the others. */
  private void forget(int partition) throws SQLException {
    try (var statement =
        connection.prepareStatement("DELETE FROM " + names.offsets() + " WHERE partition = ?")) {
      statement.setInt(1, partition);
      statement.executeUpdate();
    }
    LOG.info(
        "partition {}: topic {} has no such partition; its offset is forgotten, as accepted",
        partition,
        log.topicId());
  }

  private void setSchema() throws SQLException {
    var stored = StoredSchema.of(definition.schema().hash());
    try (var statement =
        connection.prepareStatement(
            "UPDATE " + names.offsets() + " SET schema_hash = ? WHERE schema_hash <> ?")) {
      statement.setString(1, stored);
      statement.setString(2, stored);
      statement.executeUpdate();
    }
  }

  private Optional<TerminationException> trouble(Map<Integer, UUID> topicIds) {
    List<Integer> foreign = new ArrayList<>();
    topicIds.forEach(
        (partition, topicId) -> {
          if (!topicId.equals(log.topicId())) {
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
}
