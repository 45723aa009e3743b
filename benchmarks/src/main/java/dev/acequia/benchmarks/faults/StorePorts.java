package dev.acequia.benchmarks.faults;

/**
 * Where a store is on 127.0.0.1.
 *
 * @param main the port of its interface
 * @param rows the port of the interface that takes rows; the same where there is only one
 */
record StorePorts(int main, int rows) {
  /** Of a store with one interface. */
  StorePorts(int main) {
    this(main, main);
  }
}
