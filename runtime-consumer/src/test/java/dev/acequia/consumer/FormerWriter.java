package dev.acequia.consumer;

import dev.acequia.contract.LoadMode;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** Writes as the former version's consumer does, by its statements. */
final class FormerWriter implements AutoCloseable {
  /**
   * A record of partition 1.
   *
   * @param name null for a deletion
   * @param offset the record's own, or that of a redriven one's source
   */
  record Row(long id, @Nullable String name, long offset) {}

  /** A mark of partition 1. */
  record Mark(String key, long offset) {}

  private static final int PARTITION = 1;

  private final Map<String, String> statements;
  private final LoadMode mode;
  private final UUID topicId;
  private final String schemaHash;
  private final Connection connection;
  private long fence;
  private long next;

  FormerWriter(TestPipeline pipeline, LoadMode mode) throws Exception {
    statements = FormerVersion.statements(pipeline);
    this.mode = mode;
    topicId = pipeline.definition().topic().uuid();
    schemaHash = pipeline.definition().schema().hash();
    connection = pipeline.connect("writer", "writer");
    connection.setAutoCommit(false);
    execute("create stage");
    connection.commit();
    claim();
  }

  /** Takes the partition over, and answers which schema the table has. */
  String claim() throws SQLException {
    String schema;
    try (var claim = connection.prepareStatement(statements.get("claim"))) {
      claim.setInt(1, PARTITION);
      try (var row = claim.executeQuery()) {
        row.next();
        next = row.getLong(1);
        fence = row.getLong(3);
        schema = row.getString(4);
      }
    }
    connection.commit();
    return schema;
  }

  /** A batch up to an offset, all but its commit; false when this writer was overtaken. */
  boolean load(long to, List<Mark> marks, Row... rows) throws Exception {
    try (var advance = connection.prepareStatement(statements.get("advance"))) {
      advance.setLong(1, to);
      advance.setInt(2, PARTITION);
      advance.setLong(3, fence);
      advance.setLong(4, next);
      advance.setString(5, schemaHash);
      if (advance.executeUpdate() == 0) {
        connection.rollback();
        return false;
      }
    }
    next = to;
    for (var mark : marks) {
      remember(mark);
    }
    switch (mode) {
      case APPEND -> {
        if (Arrays.stream(rows).anyMatch(row -> row.offset() < to - rows.length)) {
          copy("copy to stage", rows);
          execute("insert new");
        } else {
          copy("copy to table", rows);
        }
      }
      case UPSERT -> {
        copy("copy to stage", rows);
        execute("remember deletions");
        execute("delete");
        execute("merge");
      }
    }
    return true;
  }

  void commit() throws SQLException {
    connection.commit();
  }

  /** Remembers it, and that its record is dropped where it is a repeat. */
  private void remember(Mark mark) throws Exception {
    var hash =
        ByteBuffer.wrap(
            MessageDigest.getInstance("SHA-256")
                .digest(mark.key().getBytes(StandardCharsets.UTF_8)));
    var keys =
        connection.createArrayOf("uuid", new UUID[] {new UUID(hash.getLong(), hash.getLong())});
    var indexes = new long[] {0};
    var partitions = new int[] {PARTITION};
    var offsets = new long[] {mark.offset()};
    try (var remember = connection.prepareStatement(statements.get("remember mark"));
        var find = connection.prepareStatement(statements.get("find repeats"));
        var drop = connection.prepareStatement(statements.get("remember repeat"))) {
      remember.setObject(1, topicId);
      remember.setArray(2, keys);
      remember.setObject(3, indexes);
      remember.setObject(4, partitions);
      remember.setObject(5, offsets);
      remember.executeUpdate();
      find.setArray(1, keys);
      find.setObject(2, indexes);
      find.setObject(3, partitions);
      find.setObject(4, offsets);
      find.setObject(5, topicId);
      try (var repeats = find.executeQuery()) {
        if (repeats.next()) {
          drop.setObject(1, topicId);
          drop.setObject(2, partitions);
          drop.setObject(3, offsets);
          drop.executeUpdate();
        }
      }
    }
  }

  private void copy(String statement, Row... rows) throws Exception {
    var lines =
        Arrays.stream(rows)
            .map(
                row ->
                    "%d\t%s\t%s\t%d\t%d\n"
                        .formatted(
                            row.id(),
                            row.name() == null ? "\\N" : row.name(),
                            row.name() == null ? "\\N" : topicId,
                            PARTITION,
                            row.offset()))
            .collect(Collectors.joining());
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn(statements.get(statement), new StringReader(lines));
  }

  private void execute(String name) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(statements.get(name));
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
