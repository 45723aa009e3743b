package dev.acequia.operator.observe;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;

/**
 * An informer that keeps objects packed, and of some of them nothing. The framework's index of
 * pipelines by objects knows neither an object that is not kept nor one whose labels lead to
 * another pipeline than before: it would keep both for good.
 */
final class PackedInformer<R extends HasMetadata, P extends HasMetadata>
    extends InformerEventSource<R, P> {
  private final SecondaryToPrimaryMapper<R> readers;

  /**
   * An informer whose stores are {@link PackedItemStore}s.
   *
   * @param readers the pipelines whose reconcile reads an object
   */
  PackedInformer(
      Packing<R> packing,
      InformerEventSourceConfiguration<R> configuration,
      SecondaryToPrimaryMapper<R> readers,
      EventSourceContext<P> context) {
    super(new StoreEach<>(configuration, () -> new PackedItemStore<>(packing, readers)), context);
    this.readers = readers;
  }

  @Override
  public void onAdd(R now) {
    if (isKept(now)) {
      super.onAdd(now);
    }
  }

  @Override
  public void onUpdate(R before, R now) {
    if (isKept(now)
        && readers.toPrimaryResourceIDs(before).equals(readers.toPrimaryResourceIDs(now))) {
      super.onUpdate(before, now);
    } else {
      super.onDelete(before, false);
      onAdd(now);
    }
  }

  private boolean isKept(R object) {
    return get(ResourceID.fromResource(object)).isPresent();
  }
}
