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

  /** A way through proxies, which the last argument closes. */
  static StoreLink of(StorePorts ports, Traps traps, Runnable closing) {
    return new StoreLink() {
      @Override
      public StorePorts ports() {
        return ports;
      }

      @Override
      public Traps traps() {
        return traps;
      }

      @Override
      public void close() {
        closing.run();
      }
    };
  }
}
