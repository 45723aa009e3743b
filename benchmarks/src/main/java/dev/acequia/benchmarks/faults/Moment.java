package dev.acequia.benchmarks.faults;

/**
 * A moment in a consumer's or a migration's transaction, seen by the message that it is about to
 * send.
 */
enum Moment {
  /** The transaction is open and nothing is locked yet: the offsets are about to be advanced. */
  BEFORE_OFFSETS,
  /** Some rows have been sent, others have not. */
  MID_COPY,
  /** All rows have been sent; the transaction is about to be committed. */
  BEFORE_COMMIT,
  /**
   * A migration holds the offsets' rows and has changed the table; it is about to write the hash.
   */
  MID_MIGRATION
}
