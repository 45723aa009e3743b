package dev.acequia.stores;

import dev.acequia.contract.PipelineDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A part of a store's work beside the load: it expires notes or maintains the table. Used by one
 * thread at a time, beside the writers and the other parts. After a {@link
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

  /** The first piece comes at a random time within this, so replicas do not start together. */
  default Duration first() {
    return Duration.ZERO;
  }

  /**
   * Does one small piece of what is due, in its own commit.
   *
   * @return the pause before the next piece: as long as leaves the store to the load, or until
   *     something is due
   */
  Duration work() throws StoreUnavailableException;

  @Override
  void close();
}
