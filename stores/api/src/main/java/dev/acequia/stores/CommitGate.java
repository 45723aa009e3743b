package dev.acequia.stores;

import java.util.List;

/** Has the last word before a batch is committed. */
@FunctionalInterface
public interface CommitGate<E extends Exception> {
  /**
   * Hears that the batch's partitions are still its owner's and the table has its schema, while the
   * rows are not loaded yet; again when the batch is judged anew. Rows that were rejected before
   * may then be rejected again, or not.
   *
   * @throws E to give up; nothing of the batch is then stored
   */
  default void onOwned() throws E {}

  /**
   * Hears of a rejected row as soon as it is found, so that a batch of which too much is bad can be
   * given up.
   *
   * @throws E to give up; nothing of the batch is then stored
   */
  default void onRejected(RowRejection rejection) throws E {}

  /**
   * Returns when the batch may be committed without the rejected rows.
   *
   * @throws E when it may not; nothing of it is then stored
   */
  void beforeCommit(List<RowRejection> rejected) throws E;
}
