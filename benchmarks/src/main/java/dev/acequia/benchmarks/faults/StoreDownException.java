package dev.acequia.benchmarks.faults;

/** The store does not answer just now. */
final class StoreDownException extends Exception {
  StoreDownException(Throwable cause) {
    super(cause);
  }
}
