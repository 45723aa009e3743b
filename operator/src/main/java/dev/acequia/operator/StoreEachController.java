package dev.acequia.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.javaoperatorsdk.operator.api.config.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.config.ResolvedControllerConfiguration;
import io.javaoperatorsdk.operator.api.config.informer.InformerConfiguration;
import java.util.function.Supplier;

/**
 * A controller's configuration that gives the informer of each namespace its own store. The
 * framework shares one store among them, from which each would remove what is not in its own
 * namespace.
 */
final class StoreEachController<R extends HasMetadata> extends ResolvedControllerConfiguration<R> {
  private final Supplier<ItemStore<R>> stores;

  /**
   * @param stores gives an empty store at each call
   */
  StoreEachController(ControllerConfiguration<R> configuration, Supplier<ItemStore<R>> stores) {
    super(configuration);
    this.stores = stores;
  }

  /** The framework asks once for each informer that it makes, and for other things. */
  @Override
  public InformerConfiguration<R> getInformerConfig() {
    var configuration = super.getInformerConfig();
    return stores == null // the superclass asks while it is made
        ? configuration
        : InformerConfiguration.builder(configuration)
            .withItemStore(stores.get())
            .buildForController();
  }
}
