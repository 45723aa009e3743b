package dev.acequia.stores;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TerminationException;
import java.util.Map;

/**
 * Prepares a store for a pipeline and brings it up to date. Both operations may be run again, and
 * by several at once, with the same end.
 */
public interface StoreMigration {
  /**
   * The migration of the definition's store.
   *
   * @param environment has the store's address, the administrator's credentials, and those of the
   *     writer and the reader to be made
   */
  static StoreMigration open(PipelineDefinition definition, Map<String, String> environment) {
    return StoreProvider.of(definition).migration(definition, environment);
  }

  /**
   * Creates or changes table, offsets and roles as the definition has them.
   *
   * @throws TerminationException when it cannot be done as things are; nothing was changed then,
   *     but for offsets that a person accepted
   */
  void migrate(TopicLog log) throws TerminationException, StoreUnavailableException;

  /** Removes all that the migration made, the data included. */
  void drop() throws TerminationException, StoreUnavailableException;
}
