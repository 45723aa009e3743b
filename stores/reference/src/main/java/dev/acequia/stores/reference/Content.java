package dev.acequia.stores.reference;

import dev.acequia.contract.Field;
import dev.acequia.stores.Origin;
import dev.acequia.stores.position.Ledger;
import dev.acequia.stores.position.Position;
import dev.acequia.stores.position.Positions;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a table holds at one moment. */
final class Content {
  /**
   * A field's column.
   *
   * @param required also where the field is part of the key and does not say so
   */
  record Column(Field field, boolean required) {}

  /** A row; a null is a name that is not there. */
  record StoredRow(Map<String, Object> values, Origin origin) {
    StoredRow {
      values = Map.copyOf(values);
    }
  }

  /** What came with an idempotency key first. */
  record Mark(Origin origin, List<Byte> content, @Nullable Long pushedMillis, Instant seen) {}

  record Deletion(Origin origin, Instant at) {}

  record Carried(UUID replay, int partition) {}

  record Refusal(String field, String text) {}

  /** Empty where there is no table. */
  final Map<String, Column> columns = new LinkedHashMap<>();

  /** What identifies a row: the key's fields; empty where that is its origin. */
  List<String> key = List.of();

  String schemaHash = "";

  /** By the values of the key, or by the origin. */
  final Map<Object, StoredRow> rows;

  final Positions state;
  final Map<List<Object>, Mark> marks;

  /** The places of what was not stored for its idempotency key. */
  final Set<Origin> dropped;

  final Map<Object, Deletion> deletions;
  final Set<Carried> replays;
  final Set<Refusal> refusals;

  Content() {
    rows = new HashMap<>();
    state = new Positions();
    marks = new HashMap<>();
    dropped = new HashSet<>();
    deletions = new HashMap<>();
    replays = new HashSet<>();
    refusals = new HashSet<>();
  }

  Content(Content other) {
    columns.putAll(other.columns);
    key = other.key;
    schemaHash = other.schemaHash;
    rows = new HashMap<>(other.rows);
    state = new Positions(other.state);
    marks = new HashMap<>(other.marks);
    dropped = new HashSet<>(other.dropped);
    deletions = new HashMap<>(other.deletions);
    replays = new HashSet<>(other.replays);
    refusals = new HashSet<>(other.refusals);
  }

  SortedMap<Integer, Position> positions() {
    return state.byPartition();
  }

  Ledger ledger() {
    return state.ledger();
  }

  boolean exists() {
    return !columns.isEmpty();
  }

  /** Removes the table alone. */
  void dropTable() {
    columns.clear();
    key = List.of();
    rows.clear();
    refusals.clear();
  }

  /** Removes all that is read again when a table is filled anew; the ledger stays. */
  void dropForRefill() {
    dropTable();
    positions().clear();
    marks.clear();
    dropped.clear();
    deletions.clear();
    replays.clear();
  }
}
