package dev.acequia.benchmarks.sink;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import java.util.Map;

/** A cloud's service that records are loaded into: its double, and a stub before that. */
interface CloudService extends AutoCloseable {
  /** As the report names it. */
  String name();

  /** As a definition names it. */
  String kind();

  /** Where a pipeline's records go. */
  StoreDefinition definition(String table, Place place);

  /** The service's part of the environment of a pipeline's processes. */
  Map<RuntimeVariable, String> environment();

  /** Whether a pipeline's load has come to the end of the topic. */
  boolean isLoaded(String table, LoadMode mode, Place place, Expected expected);

  /** The program that loads by the service's own client, and no more than a loop. */
  Class<?> loop();

  /**
   * Makes a table for the loop.
   *
   * @return the service's part of the loop's environment
   */
  Map<String, String> prepareLoop(String table, LoadMode mode, Place place);

  /** What a table of the double holds. */
  Held held(String table);

  /**
   * A table's rows.
   *
   * @param arrivals the sum of all arrival delays
   */
  record Held(long rows, long arrivals) {}

  @Override
  void close();
}
