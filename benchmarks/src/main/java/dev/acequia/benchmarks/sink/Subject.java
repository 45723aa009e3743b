package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.Figures;

/** One way of bringing the records into a table. */
interface Subject {
  /** As the report names it. */
  String name();

  /** As the report names what it does. */
  String mode();

  /** Loads all records once, checks the table, and answers what was measured. */
  Figures load(int round) throws Exception;
}
