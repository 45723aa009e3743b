package dev.acequia.benchmarks.sink;

/** Where a service is played. */
enum Place {
  /** Rows are taken and forgotten, and everything else is the double's. */
  STUB("stub"),
  /** What stands in for the service in tests. */
  DOUBLE("double");

  private final String words;

  Place(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
