package dev.acequia.stores.postgres;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The table of the generations that each partition's log has had, of all topics that the pipeline
 * ever read. It stays when a table is filled anew, so that neither a generation nor a fence comes
 * back, and a person's word is not applied again.
 */
final class GenerationLedger {
  /** The claims of a partition between two times that its table is filled anew are fewer. */
  private static final long FENCES = 1L << 32;

  /** {@code forgotten_before} of a generation whose tail was truncated. */
  static final long LOST = Long.MAX_VALUE;

  private record Entry(int partition, int generation, UUID topicId) {}

  private final Connection connection;
  private final TableNames names;
  private final List<Entry> entries = new ArrayList<>();
  private final Set<String> words = new HashSet<>();

  /** What comes after all that were there before this migration. */
  private final int next;

  private GenerationLedger(Connection connection, TableNames names) throws SQLException {
    this.connection = connection;
    this.names = names;
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT partition, generation, topic_id, words FROM " + names.generations())) {
      while (rows.next()) {
        words.addAll(List.of((String[]) rows.getArray(4).getArray()));
        entries.add(new Entry(rows.getInt(1), rows.getInt(2), rows.getObject(3, UUID.class)));
      }
    }
    next = entries.stream().mapToInt(Entry::generation).max().orElse(0) + 1;
  }

  /** The statement that creates the table where it is not there. */
  static String create(TableNames names) {
    return "CREATE TABLE IF NOT EXISTS "
        + names.generations()
        + " (partition integer, generation integer, topic_id uuid NOT NULL,"
        + " from_offset bigint NOT NULL, since timestamptz NOT NULL DEFAULT now(),"
        + " forgotten_before bigint NOT NULL DEFAULT 0,"
        // How often the partition's offset was made, and what persons said of the topic's offsets.
        + " fills integer NOT NULL DEFAULT 0, words text[] NOT NULL DEFAULT '{}',"
        // Up to where its log had been read when the table was found to be gone.
        + " read_until bigint, read_epoch integer,"
        // See MigrationOrder.
        + " specs text[] NOT NULL DEFAULT '{}',"
        + " PRIMARY KEY (partition, generation))";
  }

  /** Adds the columns that a ledger of a former version does not have. */
  static void bringUpToDate(Connection connection, TableNames names) throws SQLException {
    var ledger = TableState.read(connection, names.generations());
    if (ledger.isPresent()
        && !ledger.get().columns().keySet().containsAll(List.of("read_until", "specs"))) {
      try (var statement = connection.createStatement()) {
        statement.execute(
            "ALTER TABLE "
                + names.generations()
                + " ADD COLUMN IF NOT EXISTS read_until bigint,"
                + " ADD COLUMN IF NOT EXISTS read_epoch integer,"
                + " ADD COLUMN IF NOT EXISTS specs text[] NOT NULL DEFAULT '{}'");
      }
    }
  }

  static GenerationLedger read(Connection connection, TableNames names) throws SQLException {
    return new GenerationLedger(connection, names);
  }

  /**
   * Gives a partition its first generation in a topic, unless it has one. It is that of the topic's
   * other partitions, so that most pipelines know one generation only.
   */
  void begin(int partition, UUID topicId) throws SQLException {
    if (entries.stream().anyMatch(e -> e.partition() == partition && e.topicId().equals(topicId))) {
      return;
    }
    var first =
        entries.stream()
            .filter(entry -> entry.topicId().equals(topicId))
            .mapToInt(Entry::generation)
            .min()
            .orElse(next);
    var own =
        entries.stream()
            .filter(entry -> entry.partition() == partition)
            .mapToInt(Entry::generation)
            .max()
            .orElse(0);
    add(partition, own < first ? first : next, topicId, 0);
  }

  /** Records that reading continues at an offset; deletions before it are unknown. */
  void goesOnAt(int partition, UUID topicId, long offset) throws SQLException {
    update(
        "forgotten_before = greatest(?, forgotten_before) WHERE partition = ? AND topic_id = ?",
        offset,
        partition,
        topicId);
  }

  /**
   * Records a refill. The refill reads the whole log of the last generation. The deletions in the
   * truncated tails of older generations are lost.
   *
   * @param beginning of the log
   */
  void fillAnew(int partition, UUID topicId, long beginning) throws SQLException {
    update(
        "forgotten_before = CASE WHEN generation = (SELECT max(generation) FROM "
            + names.generations()
            + " WHERE partition = ? AND topic_id = ?) THEN ? ELSE "
            + LOST
            + " END WHERE partition = ? AND topic_id = ?",
        partition,
        topicId,
        beginning,
        partition,
        topicId);
  }

  /** Begins a new generation of a log that was cut. */
  int cut(int partition, UUID topicId, long from) throws SQLException {
    add(partition, next, topicId, from);
    return next;
  }

  /**
   * Notes up to where logs have been read, before the offsets are removed to fill a table anew: a
   * log that was cut is then read from its beginning, and holds other records all the same.
   */
  static void noteRead(Connection connection, TableNames names) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.executeUpdate(
          "UPDATE "
              + names.generations()
              + " g SET read_until = "
              + OffsetStatements.PRESENT
              + ", read_epoch = "
              + OffsetStatements.PRESENT_EPOCH
              + " FROM "
              + names.offsets()
              + " o WHERE o.partition = g.partition AND o.topic_id = g.topic_id");
    }
  }

  /**
   * Up to where a log had been read when its table was to be filled anew.
   *
   * @param leaderEpoch of the record before; null when it is not known
   */
  record Position(long offset, @Nullable Integer leaderEpoch) {}

  /** The one that {@link #noteRead} noted of a partition's log, if any; good for one fill. */
  Optional<Position> takeReadBefore(int partition, UUID topicId) throws SQLException {
    Optional<Position> found;
    try (var statement =
        connection.prepareStatement(
            "SELECT read_until, read_epoch FROM "
                + names.generations()
                + " WHERE partition = ? AND topic_id = ? AND read_until IS NOT NULL"
                + " ORDER BY generation DESC LIMIT 1")) {
      statement.setInt(1, partition);
      statement.setObject(2, topicId);
      try (var row = statement.executeQuery()) {
        found =
            row.next()
                ? Optional.of(new Position(row.getLong(1), row.getObject(2, Integer.class)))
                : Optional.empty();
      }
    }
    if (found.isPresent()) {
      update("read_until = NULL, read_epoch = NULL WHERE partition = ?", partition);
    }
    return found;
  }

  /** Whether a word was applied, or came before there was anything to apply it to. */
  boolean knows(AcceptedOffsets word) {
    return words.contains(text(word));
  }

  /** Remembers a word about the offsets of a topic. */
  void note(AcceptedOffsets given, UUID topicId) throws SQLException {
    var word = text(given);
    update(
        "words = array_append(words, ?) WHERE topic_id = ? AND ? <> ALL (words)",
        word,
        topicId,
        word);
    words.add(word);
  }

  private static String text(AcceptedOffsets word) {
    return word.topicId()
        + " "
        + (word.partition() == null ? "*" : word.partition())
        + " "
        + word.to()
        + (word.at() == null ? "" : " " + word.at());
  }

  /** The fence for a partition's offset that is made: no claim has had it, nor one after it. */
  long fence(int partition) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "UPDATE "
                + names.generations()
                + " SET fills = 1 + (SELECT max(fills) FROM "
                + names.generations()
                + " WHERE partition = ?) WHERE partition = ? RETURNING fills")) {
      statement.setInt(1, partition);
      statement.setInt(2, partition);
      try (var row = statement.executeQuery()) {
        if (!row.next()) {
          throw new IllegalStateException("partition " + partition + " has no generation");
        }
        return (row.getInt(1) - 1) * FENCES;
      }
    }
  }

  /**
   * Writes down the topics of a former version's rows, which were made once.
   *
   * @param topics the first has the first generation
   */
  void begin(List<Integer> partitions, List<UUID> topics) throws SQLException {
    for (var partition : partitions) {
      for (var i = 0; i < topics.size(); i++) {
        add(partition, i + 1, topics.get(i), 0);
      }
      fence(partition);
    }
  }

  /** The first generation of each topic, which is that of all rows of a former version. */
  Map<UUID, Integer> firstGenerations() {
    return entries.stream()
        .collect(Collectors.toMap(Entry::topicId, Entry::generation, Math::min, TreeMap::new));
  }

  /** Runs an update of the ledger, given from behind SET. */
  private void update(String set, Object... values) throws SQLException {
    try (var statement =
        connection.prepareStatement("UPDATE " + names.generations() + " SET " + set)) {
      for (var i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }

  private void add(int partition, int generation, UUID topicId, long from) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "INSERT INTO "
                + names.generations()
                + " (partition, generation, topic_id, from_offset) VALUES (?, ?, ?, ?)")) {
      statement.setInt(1, partition);
      statement.setInt(2, generation);
      statement.setObject(3, topicId);
      statement.setLong(4, from);
      statement.executeUpdate();
    }
    entries.add(new Entry(partition, generation, topicId));
  }
}
