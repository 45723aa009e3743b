package dev.acequia.stores.bigquery;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.QueryParameterValue;
import com.google.cloud.bigquery.StandardSQLTypeName;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.TableNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The table of state: one row for each partition, one for the registry, one for each replay that
 * began. A change is made if all that it was derived from is still there, as a whole or not at all:
 * each row has a revision that every change raises.
 */
final class StateTable {
  private static final String REGISTRY = "registry";
  private static final String PARTITION = "partition ";
  private static final String REPLAY = "replay ";

  /** Stands for a revision in a row that is written without a comparison. */
  private static final long NOTE = -1;

  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final Statements statements;
  private final String table;

  StateTable(Statements statements, TableNames names) {
    this.statements = statements;
    table = Statements.name(names.state());
  }

  /**
   * A row that is written.
   *
   * @param revision that it has; 0 when it is not there
   * @param body null to remove it
   */
  record Change(String id, long revision, @Nullable String body) {
    static Change of(Registry registry, long revision) {
      return new Change(REGISTRY, revision, write(registry));
    }

    static Change of(int partition, PartitionState state, long revision) {
      return new Change(PARTITION + partition, revision, write(state));
    }

    static Change removed(int partition, long revision) {
      return new Change(PARTITION + partition, revision, null);
    }
  }

  /** Makes the registry's row. Several are one: a change changes them all. */
  void begin() throws StoreUnavailableException {
    statements.change(
        "INSERT INTO %1$s (id, revision, body) SELECT @id, 1, @body FROM (SELECT 1 AS one) WHERE NOT EXISTS (SELECT 1 FROM %1$s WHERE id = @id)"
            .formatted(table),
        Map.of(
            "id", QueryParameterValue.string(REGISTRY),
            "body", QueryParameterValue.string(write(Registry.empty()))));
  }

  /** All but the replays; empty when the migration has not begun. */
  Optional<State> read() throws StoreUnavailableException {
    var rows =
        statements.rows(
            "SELECT id, revision, body, UNIX_MILLIS(CURRENT_TIMESTAMP()) AS now FROM %s WHERE id = @id OR STARTS_WITH(id, @prefix)"
                .formatted(table),
            Map.of(
                "id", QueryParameterValue.string(REGISTRY),
                "prefix", QueryParameterValue.string(PARTITION)));
    @Nullable Registry registry = null;
    var revision = 0L;
    var now = 0L;
    var partitions = new TreeMap<Integer, State.Known>();
    for (var row : rows) {
      var id = row.get("id").getStringValue();
      var found = row.get("revision").getLongValue();
      now = row.get("now").getLongValue();
      if (!id.equals(REGISTRY)) {
        partitions.put(
            Integer.valueOf(id.substring(PARTITION.length())),
            new State.Known(found, read(body(row), PartitionState.class)));
      } else if (found > revision) {
        registry = read(body(row), Registry.class);
        revision = found;
      }
    }
    return registry == null
        ? Optional.empty()
        : Optional.of(new State(registry, revision, partitions, now));
  }

  private static String body(FieldValueList row) {
    return row.get("body").getStringValue();
  }

  /**
   * Makes changes, all of them or none.
   *
   * @return false when a row has another revision
   */
  boolean change(List<Change> changes) throws StoreUnavailableException {
    return change(changes, List.of());
  }

  /**
   * Makes changes, and notes with them that replays of a partition have begun.
   *
   * @return false when a row has another revision
   */
  boolean change(List<Change> changes, List<String> replays) throws StoreUnavailableException {
    var all = new ArrayList<>(changes);
    replays.forEach(replay -> all.add(new Change(replay, NOTE, "")));
    if (all.isEmpty()) {
      return true;
    }
    return statements.change(
            merge(),
            Map.of(
                "ids",
                texts(all.stream().map(Change::id)),
                "revisions",
                QueryParameterValue.array(
                    all.stream().map(Change::revision).toArray(Long[]::new),
                    StandardSQLTypeName.INT64),
                "bodies",
                texts(all.stream().map(change -> Objects.requireNonNullElse(change.body(), ""))),
                "removals",
                QueryParameterValue.array(
                    all.stream().map(change -> change.body() == null).toArray(Boolean[]::new),
                    StandardSQLTypeName.BOOL)))
        > 0;
  }

  private static QueryParameterValue texts(Stream<String> texts) {
    return QueryParameterValue.array(texts.toArray(String[]::new), StandardSQLTypeName.STRING);
  }

  /**
   * The statement. Of rows with one name the latest counts, as in {@link #read}. A note of a replay
   * is written without a comparison. All rows of one name get the same revision; a row that is made
   * again gets one that its predecessor never had.
   */
  private String merge() {
    return """
        MERGE %1$s AS t USING (
          WITH given AS (
              SELECT id, @revisions[OFFSET(i)] AS revision, @bodies[OFFSET(i)] AS body,
                @removals[OFFSET(i)] AS removal
              FROM UNNEST(@ids) AS id WITH OFFSET AS i),
            found AS (SELECT id, MAX(revision) AS revision FROM %1$s GROUP BY id)
          SELECT given.id, given.revision, given.body, given.removal FROM given
          WHERE NOT EXISTS (
            SELECT 1 FROM given AS other LEFT JOIN found ON found.id = other.id
            WHERE other.revision >= 0 AND IFNULL(found.revision, 0) <> other.revision)
        ) AS n ON t.id = n.id
        WHEN MATCHED AND n.removal THEN DELETE
        WHEN MATCHED THEN UPDATE SET revision = GREATEST(n.revision, 0) + 1, body = n.body
        WHEN NOT MATCHED AND NOT n.removal THEN
          INSERT (id, revision, body) VALUES (n.id, UNIX_MICROS(CURRENT_TIMESTAMP()), n.body)
        """
        .formatted(table);
  }

  /** The name of the note that a partition was rewound for a replay. */
  static String replay(State state, int partition, UUID replay) {
    return "%s%d %d %s".formatted(REPLAY, state.registry().fill(), partition, replay);
  }

  /** Whether there is such a note. */
  boolean knows(String replay) throws StoreUnavailableException {
    return !statements
        .rows(
            "SELECT id FROM %s WHERE id = @id".formatted(table),
            Map.of("id", QueryParameterValue.string(replay)))
        .isEmpty();
  }

  private static <T> T read(String json, Class<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (JacksonException e) {
      throw new IllegalStateException("the table of state has no JSON: " + json, e);
    }
  }

  private static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new IllegalStateException("not JSON: " + value, e);
    }
  }
}
