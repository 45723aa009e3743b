package dev.acequia.stores;

import dev.acequia.contract.PipelineDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A part of a store's work that no batch waits for: it forgets what was remembered for long enough.
 * Used by one thread at a time, beside the writers and the other parts. After a {@link
 * StoreUnavailableException} it can be used again.
 */
public interface StoreHousekeeping extends AutoCloseable {
  /**
   * The parts of the definition's store; each connects when there is work.
   *
   * @param environment has the store's address and the writer's credentials
   */
  static List<StoreHousekeeping> open(
      PipelineDefinition definition, Map<String, String> environment) {
    return StoreProvider.of(definition).housekeeping(definition, environment);
  }

  /** What it is about, for a person. */
  String subject();

  /**
   * Does one small piece of what is due, in a transaction of its own.
   *
   * @return the pause before the next piece: as long as leaves the store to the load, or until
   *     something is due
   */
  Duration work() throws StoreUnavailableException;

  @Override
  void close();
}
