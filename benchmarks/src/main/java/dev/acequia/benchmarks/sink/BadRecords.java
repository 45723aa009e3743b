package dev.acequia.benchmarks.sink;

/** What is wrong with one in 500 of the records. */
enum BadRecords {
  NONE("Acequia"),
  /** Their values are no JSON. */
  BROKEN("Acequia, 1 in 500 broken"),
  /** A constraint of the table refuses them. */
  REFUSED("Acequia, 1 in 500 refused");

  private static final int ONE_IN = 500;

  /** Refuses the rows of the flights that {@link #spoils} names. */
  static final String CONSTRAINT =
      "ALTER TABLE %s ADD CONSTRAINT one_in_500 CHECK"
          + " ((extract(epoch FROM time_hour)::bigint / 3600 + flight) %% "
          + ONE_IN
          + " <> 0)";

  private final String subject;

  BadRecords(String subject) {
    this.subject = subject;
  }

  /** As the report names who loads them. */
  String subject() {
    return subject;
  }

  /** Whether all records of this flight are bad, whatever is wrong with them. */
  static boolean spoils(Flight flight) {
    return (flight.scheduled() / 3600 + flight.number()) % ONE_IN == 0;
  }
}
