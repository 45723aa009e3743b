package dev.acequia.stores;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.TerminationException;
import java.util.Map;

/**
 * Prepares a store for a pipeline and brings it up to date. Both operations may be run again, and
 * by several at once, with the same end.
 */
public interface StoreMigration {
  /**
   * The migration of the definition's store. It skips accepted offsets that the environment reports
   * as applied: a store restored from a backup no longer knows that.
   *
   * @param environment has the store's address, the administrator's credentials, and those of the
   *     writer and the reader to be made
   */
  static StoreMigration open(PipelineDefinition definition, Map<String, String> environment) {
    var due =
        RuntimeVariable.ACEQUIA_OFFSETS_APPLIED.in(environment).isPresent()
            ? definition.withoutAcceptedOffsets()
            : definition;
    return StoreProvider.of(due).migration(due, environment);
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
