package dev.acequia.stores;

import java.util.List;

/** Has the last word before a batch is committed. */
@FunctionalInterface
public interface CommitGate<E extends Exception> {
  /**
   * Called when the batch's owner still has its partitions and the table has its schema, before the
   * rows are loaded. Called again on each retry of the batch; a retry may reject the same rows
   * again or accept them.
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
