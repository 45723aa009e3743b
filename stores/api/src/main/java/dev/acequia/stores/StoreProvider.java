package dev.acequia.stores;

import dev.acequia.contract.PipelineDefinition;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;

/**
 * One kind of store, as {@link ServiceLoader} finds it: {@code lib/stores/<kind>} of the runtime
 * image. Nothing connects before its first use. Readers and writers of one provider may share
 * connections.
 */
public interface StoreProvider {
  /** As {@link dev.acequia.contract.StoreDefinition#kind} has it. */
  String kind();

  /**
   * Answers queries.
   *
   * @param environment has the store's address and the reader's credentials
   */
  StoreReader reader(PipelineDefinition definition, Map<String, String> environment);

  /**
   * Takes records.
   *
   * @param environment has the store's address and the writer's credentials
   */
  StoreWriter writer(PipelineDefinition definition, Map<String, String> environment);

  /**
   * Forgets what was remembered for long enough; empty where a store has nothing to forget.
   *
   * @param environment has the store's address and the writer's credentials
   */
  List<StoreHousekeeping> housekeeping(
      PipelineDefinition definition, Map<String, String> environment);

  /**
   * Prepares the store.
   *
   * @param environment has the store's address, the administrator's credentials, and those of the
   *     writer and the reader to be made
   */
  StoreMigration migration(PipelineDefinition definition, Map<String, String> environment);

  /**
   * The provider of the definition's kind of store.
   *
   * @throws IllegalStateException when the class path has none
   */
  static StoreProvider of(PipelineDefinition definition) {
    var kind = definition.store().kind();
    return ServiceLoader.load(StoreProvider.class, StoreProvider.class.getClassLoader()).stream()
        .map(Provider::get)
        .filter(provider -> provider.kind().equals(kind))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "this image has no store '%s': use one with lib/stores/%s"
                        .formatted(kind, kind)));
  }
}
