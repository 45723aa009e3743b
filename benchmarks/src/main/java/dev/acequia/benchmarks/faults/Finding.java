package dev.acequia.benchmarks.faults;

/**
 * A difference between what the topic says and what the table holds.
 *
 * @param where the record's coordinates, or the key
 * @param what is wrong
 */
record Finding(Kind kind, String where, String what) {
  enum Kind {
    /** A record's effect is missing. */
    LOST,
    /** A record's effect is there more than once, or a row is there that no record made. */
    DUPLICATE,
    /** A key is there again that was deleted. */
    RETURNED,
    /** A row is not what its last record says. */
    WRONG,
    /** Kafka acknowledged a record and does not have it: no fault of the load. */
    NOT_IN_TOPIC
  }

  @Override
  public String toString() {
    return kind + " at " + where + ": " + what;
  }
}
