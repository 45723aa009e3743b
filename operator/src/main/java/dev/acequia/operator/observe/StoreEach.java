package dev.acequia.operator.observe;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.javaoperatorsdk.operator.api.config.informer.InformerConfiguration;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.source.PrimaryToSecondaryMapper;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A configuration that gives the informer of each namespace its own store. The framework shares one
 * store among them, and each informer removes the objects of other namespaces from it.
 *
 * @param stores gives an empty store at each call
 */
record StoreEach<R extends HasMetadata>(
    InformerEventSourceConfiguration<R> configuration, Supplier<ItemStore<R>> stores)
    implements InformerEventSourceConfiguration<R> {

  /** The framework asks once for each informer that it makes, and for other things. */
  @Override
  public InformerConfiguration<R> getInformerConfig() {
    return InformerConfiguration.builder(configuration.getInformerConfig())
        .withItemStore(stores.get())
        .build();
  }

  @Override
  public SecondaryToPrimaryMapper<R> getSecondaryToPrimaryMapper() {
    return configuration.getSecondaryToPrimaryMapper();
  }

  @Override
  public <P extends HasMetadata> PrimaryToSecondaryMapper<P> getPrimaryToSecondaryMapper() {
    return configuration.getPrimaryToSecondaryMapper();
  }

  @Override
  public Optional<GroupVersionKind> getGroupVersionKind() {
    return configuration.getGroupVersionKind();
  }
}
