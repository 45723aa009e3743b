package dev.acequia.stores.lake;

import dev.acequia.stores.StoreUnavailableException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;

/** A change of a table that takes place while its keys are as they were seen, or not at all. */
final class FencedCommit {
  /** What became of it. */
  enum Outcome {
    DONE,
    /** Another has set one of the keys. */
    OVERTAKEN,
    /** Others' changes are in the way of this one: make it anew from what there is now. */
    MOVED
  }

  /** What is changed beside the properties. */
  interface Change {
    /**
     * Adds to the transaction.
     *
     * @return the change of the main branch, not committed yet
     */
    SnapshotUpdate<?> in(Transaction transaction);
  }

  /** In a summary, of a property that was removed. */
  private static final String GONE = "gone";

  private final TableState base;
  private final Map<String, String> fenced = new HashMap<>();
  private final Map<String, String> others = new HashMap<>();
  private final Set<String> removed = new HashSet<>();
  private boolean alone;

  FencedCommit(TableState base) {
    this.base = base;
  }

  /** Sets a property that must be as it was seen until then. */
  FencedCommit set(String key, String value) {
    fenced.put(key, value);
    return this;
  }

  /** Sets a property that another one's fence protects. */
  FencedCommit with(String key, String value) {
    others.put(key, value);
    return this;
  }

  /** Removes a property that must be as it was seen until then. */
  FencedCommit remove(String key) {
    removed.add(key);
    fenced.put(key, GONE);
    return this;
  }

  /** No other change of the table may come between. */
  FencedCommit alone() {
    alone = true;
    return this;
  }

  /**
   * Commits without files.
   *
   * @throws StoreUnavailableException when it is unknown whether the change took place
   */
  Outcome commit() throws StoreUnavailableException {
    return commit(Transaction::newFastAppend);
  }

  /**
   * Commits. Files that only this change knows are not removed, whatever becomes of it: where the
   * answer was lost, they may be the table's.
   *
   * @throws StoreUnavailableException when it is unknown whether the change took place
   */
  Outcome commit(Change change) throws StoreUnavailableException {
    var name = UUID.randomUUID().toString();
    var fence = new Fence(base, fenced.keySet(), name, alone);
    try {
      var transaction = base.table().newTransaction();
      var snapshot = change.in(transaction);
      fenced.forEach(snapshot::set);
      snapshot.set(Fence.COMMIT, name);
      snapshot.validateWith(fence);
      snapshot.commit();
      var properties = transaction.updateProperties();
      fenced.forEach(
          (key, value) -> {
            if (removed.contains(key)) {
              properties.remove(key);
            } else {
              properties.set(key, value);
            }
          });
      others.forEach(properties::set);
      properties.commit();
      transaction.commitTransaction();
      return Outcome.DONE;
    } catch (ValidationException e) {
      return switch (fence.answer()) {
        case OVERTAKEN -> Outcome.OVERTAKEN;
        case DONE -> Outcome.DONE;
        case MOVED, PASSES -> Outcome.MOVED;
      };
    } catch (CommitFailedException e) {
      throw new StoreUnavailableException("too many commit to the table at once", e);
    } catch (RuntimeException e) {
      throw LakeFailure.of(e);
    }
  }
}
