package dev.acequia.benchmarks.faults;

/** A moment in a consumer's or a migration's work, seen by what it is about to send. */
enum Moment {
  /** A batch is judged, and nothing of it is written. */
  BEFORE_ROWS,
  /** Some rows have been sent, others have not. */
  AMONG_ROWS,
  /** All rows have been sent, and the offsets are about to be. */
  BEFORE_COMMIT,
  /**
   * A migration holds the offsets' rows and has changed the table; it is about to write the hash.
   */
  MID_MIGRATION
}
