package dev.acequia.operator.observe;

import dev.acequia.operator.observe.NamespaceBudget.Room;
import dev.acequia.operator.observe.Packing.Kept;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An informer's objects, packed. One that was read stays an object until the next collection, so a
 * reconcile that reads it often unpacks it once.
 */
final class PackedItemStore<R extends HasMetadata> implements ItemStore<R> {
  private final Packing<R> packing;
  private final NamespaceBudget budget;
  private final Map<String, Packed<R>> items = new ConcurrentHashMap<>();

  private record Packed<R>(byte[] bytes, Room room, WeakReference<R> object) {}

  PackedItemStore(Packing<R> packing) {
    this(packing, NamespaceBudget.OF_THE_PROCESS);
  }

  PackedItemStore(Packing<R> packing, NamespaceBudget budget) {
    this.packing = packing;
    this.budget = budget;
  }

  @Override
  public String getKey(R object) {
    return Cache.metaNamespaceKeyFunc(object);
  }

  @Override
  public @Nullable R put(String key, R object) {
    var former = items.get(key);
    var whole = packed(key, packing.keep(object));
    var kept =
        budget.take(whole.room(), room(former)) ? whole : packed(key, packing.identity(object));
    if (kept != whole) {
      budget.takeAnyway(kept.room());
    }
    var replaced = items.put(key, kept); // at no moment is it gone
    return replaced == null ? null : unpacked(replaced);
  }

  private Packed<R> packed(String key, Kept<R> kept) {
    var bytes = packing.pack(kept.json());
    var labels = kept.object().getMetadata().getLabels();
    var pipeline = labels == null ? null : labels.get(PipelineNames.INSTANCE_LABEL);
    return new Packed<>(
        bytes,
        new Room(namespace(key), pipeline, bytes.length, kept.json().length),
        new WeakReference<>(kept.object()));
  }

  private static String namespace(String key) {
    return key.substring(0, key.indexOf('/'));
  }

  @Override
  public @Nullable R remove(String key) {
    var former = items.remove(key);
    budget.give(room(former));
    return former == null ? null : unpacked(former);
  }

  private static @Nullable Room room(@Nullable Packed<?> packed) {
    return packed == null ? null : packed.room();
  }

  @Override
  public Stream<String> keySet() {
    return items.keySet().stream();
  }

  /**
   * Lists the identities only. Informers list all objects at a start, and would hold all of them
   * unpacked.
   */
  @Override
  public Stream<R> values() {
    return items.values().stream().map(packed -> packing.stub(unpacked(packed)));
  }

  @Override
  public @Nullable R get(String key) {
    var packed = items.get(key);
    if (packed == null) {
      return null;
    }
    var object = unpacked(packed);
    if (packed.object().get() == null) {
      items.replace(
          key, packed, new Packed<>(packed.bytes(), packed.room(), new WeakReference<>(object)));
    }
    return object;
  }

  @Override
  public int size() {
    return items.size();
  }

  private R unpacked(Packed<R> packed) {
    var known = packed.object().get();
    return known == null ? packing.unpack(packed.bytes()) : known;
  }
}
