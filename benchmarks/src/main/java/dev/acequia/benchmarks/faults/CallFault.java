package dev.acequia.benchmarks.faults;

/** What becomes of a call to a service on its way. */
enum CallFault {
  /** The service asks for fewer calls, and does nothing. */
  THROTTLED("calls throttled"),
  /** The connection ends before the service hears of the call. */
  LOST_CALL("calls lost"),
  /** The service does the work, and the connection ends before its answer. */
  LOST_ANSWER("answers lost");

  private final String words;

  CallFault(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
