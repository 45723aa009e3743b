package dev.acequia.benchmarks.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the whole topic and the whole table, each by itself and without the product's code, and
 * compares. What a consumer, an offsets table or a counter says is not asked.
 */
final class HistoryChecker {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FETCH_ROWS = 10_000;

  private final HistoryPipeline pipeline;
  private final BitSet acknowledged;
  private final Findings findings = new Findings();
  private final BitSet inTopic = new BitSet();

  /**
   * A check of what is there now.
   *
   * @param acknowledged the ids that Kafka has confirmed
   */
  HistoryChecker(HistoryPipeline pipeline, BitSet acknowledged) {
    this.pipeline = pipeline;
    this.acknowledged = acknowledged;
  }

  Findings check() throws SQLException, IOException {
    try (var connection = pipeline.connect()) {
      connection.setAutoCommit(false); // or the driver would fetch all rows at once
      if (pipeline.mode() == LoadMode.UPSERT) {
        checkKeys(connection);
      } else {
        checkRows(connection);
      }
    }
    var missing = (BitSet) acknowledged.clone();
    missing.andNot(inTopic);
    missing.stream()
        .forEach(
            id ->
                findings.add(
                    Finding.Kind.NOT_IN_TOPIC, "id " + id, "acknowledged, and not in the topic"));
    return findings;
  }

  // --- Append: each record is one row, with its own coordinates
  // -----------------------------------

  private void checkRows(Connection connection) throws SQLException, IOException {
    var stored = new BitSet();
    var generation = pipeline.generation(connection);
    for (var partition = 0; partition < pipeline.partitions(); partition++) {
      try (var statement =
          connection.prepareStatement(
              "SELECT _offset, id FROM "
                  + pipeline.table()
                  + " WHERE _generation = ? AND _partition = ? ORDER BY _offset")) {
        statement.setInt(1, generation);
        statement.setInt(2, partition);
        try (var rows = new RowCursor(statement)) {
          compare(partition, rows, stored);
        }
      }
    }
    try (var statement =
            connection.prepareStatement(
                "SELECT _generation, _partition, _offset, id FROM "
                    + pipeline.table()
                    + " WHERE _generation <> "
                    + generation
                    + " OR _partition >= "
                    + pipeline.partitions()
                    + " LIMIT 100");
        var others = statement.executeQuery()) {
      while (others.next()) {
        findings.add(
            Finding.Kind.DUPLICATE,
            "offset %d of partition %d of generation %d"
                .formatted(others.getLong(3), others.getInt(2), others.getInt(1)),
            "a row of id " + others.getLong(4) + " from a log that is no more");
      }
    }
  }

  private void compare(int partition, RowCursor rows, BitSet stored)
      throws SQLException, IOException {
    try {
      read(
          partition,
          record -> {
            try {
              var id = node(record.value()).path("id").asLong();
              inTopic.set((int) id);
              while (rows.isAt() && rows.offset() < record.offset()) {
                findings.add(
                    Finding.Kind.DUPLICATE,
                    place(partition, rows.offset()),
                    "a row of id " + rows.id() + ", and no record in the topic");
                rows.next();
              }
              if (!rows.isAt() || rows.offset() > record.offset()) {
                findings.add(
                    Finding.Kind.LOST, place(partition, record.offset()), "no row for id " + id);
                return;
              }
              if (rows.id() != id) {
                findings.add(
                    Finding.Kind.WRONG,
                    place(partition, record.offset()),
                    "the record has id " + id + ", the row " + rows.id());
              }
              if (stored.get((int) rows.id())) {
                findings.add(
                    Finding.Kind.DUPLICATE,
                    place(partition, record.offset()),
                    "id " + rows.id() + " has a row already");
              }
              stored.set((int) rows.id());
              rows.next();
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
          });
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof SQLException cause) {
        throw cause;
      }
      throw e;
    }
    while (rows.isAt()) {
      findings.add(
          Finding.Kind.DUPLICATE,
          place(partition, rows.offset()),
          "a row of id " + rows.id() + ", and no record in the topic");
      rows.next();
    }
  }

  /** The table's rows of one partition, one at a time. */
  private static final class RowCursor implements AutoCloseable {
    private final java.sql.ResultSet rows;
    private boolean at;

    RowCursor(PreparedStatement statement) throws SQLException {
      statement.setFetchSize(FETCH_ROWS);
      rows = statement.executeQuery();
      at = rows.next();
    }

    boolean isAt() {
      return at;
    }

    long offset() throws SQLException {
      return rows.getLong(1);
    }

    long id() throws SQLException {
      return rows.getLong(2);
    }

    void next() throws SQLException {
      at = rows.next();
    }

    @Override
    public void close() throws SQLException {
      rows.close();
    }
  }

  // --- Upsert: each key has the value of its last record, or none
  // ---------------------------------

  private record Last(int partition, long offset, @Nullable Long id) {}

  private void checkKeys(Connection connection) throws SQLException, IOException {
    var expected = new HashMap<Integer, Last>();
    for (var partition = 0; partition < pipeline.partitions(); partition++) {
      var number = partition;
      read(
          partition,
          record -> {
            var key = node(record.key()).path(0).asInt();
            var id = record.value() == null ? null : node(record.value()).path("id").asLong();
            if (id != null) {
              inTopic.set(id.intValue());
            }
            expected.put(key, new Last(number, record.offset(), id));
          });
    }
    try (var statement = connection.createStatement()) {
      statement.setFetchSize(FETCH_ROWS);
      try (var rows =
          statement.executeQuery("SELECT key, id, _partition, _offset FROM " + pipeline.table())) {
        while (rows.next()) {
          compare(
              rows.getInt(1),
              new Last(rows.getInt(3), rows.getLong(4), rows.getLong(2)),
              expected.remove(rows.getInt(1)));
        }
      }
    }
    expected.forEach(
        (key, last) -> {
          if (last.id() != null) {
            findings.add(
                Finding.Kind.LOST,
                "key " + key + ", " + place(last.partition(), last.offset()),
                "no row, and the last record has id " + last.id());
          }
        });
  }

  private void compare(int key, Last row, @Nullable Last last) {
    var where = "key " + key + ", " + place(row.partition(), row.offset());
    if (last == null) {
      findings.add(Finding.Kind.DUPLICATE, where, "a row of id " + row.id() + " and no record");
    } else if (last.id() == null) {
      findings.add(
          Finding.Kind.DUPLICATE,
          where,
          "a row of id %d, which the record at offset %d deleted"
              .formatted(row.id(), last.offset()));
    } else if (!row.equals(last)) {
      findings.add(
          Finding.Kind.WRONG,
          where,
          "id %d, and the last record, at offset %d, has id %d"
              .formatted(row.id(), last.offset(), last.id()));
    }
  }

  // --- The topic
  // ------------------------------------------------------------------------------------

  /** Reads one partition from its beginning to its end as of now, without what was aborted. */
  private void read(int partition, Consumer<ConsumerRecord<byte[], byte[]>> hears) {
    var settings =
        Map.<String, Object>of(
            "bootstrap.servers",
            pipeline.servers().bootstrapServers(),
            "isolation.level",
            "read_committed",
            "max.poll.records",
            10_000);
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var name = new TopicPartition(pipeline.topic(), partition);
      consumer.assign(List.of(name));
      consumer.seekToBeginning(List.of(name));
      var end = consumer.endOffsets(List.of(name)).getOrDefault(name, 0L);
      while (consumer.position(name) < end) {
        var records = consumer.poll(Duration.ofMillis(500)).records(name);
        records.forEach(hears);
        findings.compared(records.size());
      }
    }
  }

  private static JsonNode node(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String place(int partition, long offset) {
    return "offset " + offset + " of partition " + partition;
  }
}
