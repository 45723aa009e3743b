package dev.acequia.benchmarks.faults;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A store for histories: its server, the environment of its processes, an independent reader of its
 * tables, and the faults it can suffer.
 */
interface HistoryStore extends AutoCloseable {
  /** How much of a history it can take. */
  HistorySize size();

  /** The faults that it can suffer. */
  Set<Fault> faults();

  /** What inflicts a family of faults that only this store has; empty for all other families. */
  Optional<FaultFamily> family(Fault.Family family, Scene scene);

  /** Makes what a pipeline's first migration needs. */
  void prepare(String pipeline) throws StoreDownException;

  /** Where the server is. */
  StorePorts ports();

  /**
   * Makes a way to the server for one process.
   *
   * @param spoiled calls on it
   */
  StoreLink link(LoadMode mode, SpoiledCalls spoiled);

  /** Where a pipeline's records go. */
  StoreDefinition definition(String pipeline, StorePorts ports);

  /** The store's part of a consumer's environment. */
  Map<RuntimeVariable, String> consumerEnvironment(String pipeline, StorePorts ports);

  /** The store's part of a migration's environment. */
  Map<RuntimeVariable, String> migrationEnvironment(String pipeline, StorePorts ports);

  /** Where a pipeline's load is in each partition. */
  Map<Integer, Long> storedOffsets(String pipeline, LoadMode mode) throws StoreDownException;

  /** A pipeline's table. */
  StoredTable table(String pipeline, LoadMode mode) throws StoreDownException;

  /** What a consumer's open transaction that has written has run last. */
  default Optional<String> openTransaction(String pod) throws StoreDownException {
    return Optional.empty();
  }

  @Override
  void close();
}
