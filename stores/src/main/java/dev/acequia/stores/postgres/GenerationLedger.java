package dev.acequia.stores.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * The table of the generations that each partition's log has had, of all topics that the pipeline
 * ever read. It stays when a table is filled anew, so that a generation never comes back.
 */
final class GenerationLedger {
  private record Entry(int partition, int generation, UUID topicId) {}

  private final Connection connection;
  private final TableNames names;
  private final List<Entry> entries = new ArrayList<>();

  /** What comes after all that were there before this migration. */
  private final int next;

  private GenerationLedger(Connection connection, TableNames names) throws SQLException {
    this.connection = connection;
    this.names = names;
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT partition, generation, topic_id FROM " + names.generations())) {
      while (rows.next()) {
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
        + " forgotten_before bigint NOT NULL DEFAULT 0, PRIMARY KEY (partition, generation))";
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

  /** Begins a new generation of a log that was cut. */
  int cut(int partition, UUID topicId, long from) throws SQLException {
    add(partition, next, topicId, from);
    return next;
  }

  /**
   * Writes down the topics of a former version's rows.
   *
   * @param topics the first has the first generation
   */
  void begin(List<Integer> partitions, List<UUID> topics) throws SQLException {
    for (var partition : partitions) {
      for (var i = 0; i < topics.size(); i++) {
        add(partition, i + 1, topics.get(i), 0);
      }
    }
  }

  /** The topics by their generations, where each has one. */
  List<UUID> topics() {
    return IntStream.range(1, next)
        .mapToObj(
            generation ->
                entries.stream()
                    .filter(entry -> entry.generation() == generation)
                    .map(Entry::topicId)
                    .findFirst()
                    .orElseThrow())
        .toList();
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
