package dev.acequia.stores.reference;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.Origin;
import dev.acequia.stores.PartitionReplay;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a table holds at one moment. */
final class Content {
  record Column(FieldType type, boolean required) {}

  /** A row; a null is a name that is not there. */
  record StoredRow(Map<String, Object> values, Origin origin) {
    StoredRow {
      values = Map.copyOf(values);
    }
  }

  /** Where a partition is read on. */
  record Position(
      UUID topicId,
      long next,
      @Nullable Integer epoch,
      long fence,
      @Nullable PartitionReplay replay) {
    boolean isReplaying() {
      return replay != null && next < replay.until();
    }

    /** Up to where records have been read once; a replay that is under way is behind. */
    long present() {
      return replay != null && isReplaying() ? replay.resume() : next;
    }

    @Nullable Integer presentEpoch() {
      return replay != null && isReplaying() ? replay.resumeEpoch() : epoch;
    }

    Position withFence(long other) {
      return new Position(topicId, next, epoch, other, replay);
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

  final TreeMap<Integer, Position> positions;
  final Map<List<Object>, Mark> marks;

  /** The places of what was not stored for its idempotency key. */
  final Set<Origin> dropped;

  final Map<Object, Deletion> deletions;
  final Set<Carried> replays;
  final Set<Refusal> refusals;
  final Ledger ledger;

  Content() {
    rows = new HashMap<>();
    positions = new TreeMap<>();
    marks = new HashMap<>();
    dropped = new HashSet<>();
    deletions = new HashMap<>();
    replays = new HashSet<>();
    refusals = new HashSet<>();
    ledger = new Ledger();
  }

  Content(Content other) {
    columns.putAll(other.columns);
    key = other.key;
    schemaHash = other.schemaHash;
    rows = new HashMap<>(other.rows);
    positions = new TreeMap<>(other.positions);
    marks = new HashMap<>(other.marks);
    dropped = new HashSet<>(other.dropped);
    deletions = new HashMap<>(other.deletions);
    replays = new HashSet<>(other.replays);
    refusals = new HashSet<>(other.refusals);
    ledger = new Ledger(other.ledger);
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
    positions.clear();
    marks.clear();
    dropped.clear();
    deletions.clear();
    replays.clear();
  }
}
