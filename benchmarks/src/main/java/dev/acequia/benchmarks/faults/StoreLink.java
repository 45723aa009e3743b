package dev.acequia.benchmarks.faults;

/** The way of one process to the store, on which its calls are seen and stopped. */
interface StoreLink extends AutoCloseable {
  /** Where the process finds it. */
  StorePorts ports();

  /** What springs at a moment of the process. */
  Traps traps();

  /** Cuts all connections, for good. */
  @Override
  void close();
}
