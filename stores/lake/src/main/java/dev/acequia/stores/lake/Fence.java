package dev.acequia.stores.lake;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/**
 * Lets a commit pass unless another process has set the same keys. Iceberg asks on every attempt,
 * with the snapshots that the commit would follow. After snapshots have expired, a key may be in
 * none of them. So each key must have the value that was seen, absence included. A process that
 * stalled for longer than snapshots last may see a key in no snapshot, before and after, though
 * others have set it in between. The properties do not expire and show that.
 */
final class Fence implements SnapshotAncestryValidator {
  /** What the last answer was about. */
  enum Answer {
    PASSES,
    /** A key has another value. */
    OVERTAKEN,
    /** This very commit took place, though its answer was lost. */
    DONE,
    /** Only something else has been committed. */
    MOVED
  }

  /** In a summary: which commit it was. */
  static final String COMMIT = "acequia.commit";

  private final Map<String, Optional<String>> seen;
  private final Map<String, Optional<String>> properties;
  private final TableOperations operations;
  private final Set<String> keys;
  private final String commit;
  private final boolean alone;
  private final @Nullable Long head;
  private volatile Answer answer = Answer.PASSES;

  /**
   * The fence of one commit.
   *
   * @param base what the commit was made from
   * @param keys what it sets
   * @param commit its name, which no other has: two claims at once set the same values
   * @param alone whether no other commit at all may come between
   */
  Fence(TableState base, Set<String> keys, String commit, boolean alone) {
    this.keys = Set.copyOf(keys);
    this.commit = commit;
    this.alone = alone;
    var snapshot = base.head();
    head = snapshot == null ? null : snapshot.snapshotId();
    seen = find(ancestry(base.table(), snapshot), keys);
    operations = ((HasTableOperations) base.table()).operations();
    properties = properties(base.properties());
  }

  private Map<String, Optional<String>> properties(Map<String, String> all) {
    return keys.stream()
        .collect(Collectors.toMap(key -> key, key -> Optional.ofNullable(all.get(key))));
  }

  private static Iterable<Snapshot> ancestry(Table table, @Nullable Snapshot from) {
    return from == null ? Set.of() : SnapshotUtil.ancestorsOf(from.snapshotId(), table::snapshot);
  }

  /** The newest value of each key. */
  private static Map<String, Optional<String>> find(Iterable<Snapshot> ancestry, Set<String> keys) {
    var found = new HashMap<String, Optional<String>>();
    var missing = new HashSet<>(keys);
    for (var snapshot : ancestry) {
      if (missing.isEmpty()) {
        break;
      }
      missing.removeIf(
          key -> {
            var value = snapshot.summary().get(key);
            if (value != null) {
              found.put(key, Optional.of(value));
            }
            return value != null;
          });
    }
    missing.forEach(key -> found.put(key, Optional.empty()));
    return found;
  }

  Answer answer() {
    return answer;
  }

  @Override
  public boolean validate(Iterable<Snapshot> ancestry) {
    var isAsSeen =
        find(ancestry, keys).equals(seen)
            && properties(operations.current().properties()).equals(properties);
    if (isAsSeen) {
      var first = ancestry.iterator();
      var parent = first.hasNext() ? first.next().snapshotId() : null;
      answer = alone && !Objects.equals(parent, head) ? Answer.MOVED : Answer.PASSES;
    } else {
      var isDone =
          StreamSupport.stream(ancestry.spliterator(), false)
              .anyMatch(snapshot -> commit.equals(snapshot.summary().get(COMMIT)));
      answer = isDone ? Answer.DONE : Answer.OVERTAKEN;
    }
    return answer == Answer.PASSES;
  }

  @Override
  public String errorMessage() {
    return "the commit was " + answer;
  }
}
