package dev.acequia.operator.observe;

import dev.acequia.operator.observe.Packing.Kept;
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

  /** An object; {@code taken} is whether it is within its namespace's budget. */
  private record Packed<R>(byte[] bytes, boolean taken, WeakReference<R> object) {}

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
    var packed = packed(packing.keep(object), true);
    if (!budget.take(namespace(key), packed.bytes().length, taken(items.get(key)))) {
      packed = packed(packing.identity(object), false);
    }
    return object(items.put(key, packed)); // at no moment is it gone
  }

  private Packed<R> packed(Kept<R> kept, boolean taken) {
    return new Packed<>(packing.pack(kept.text()), taken, new WeakReference<>(kept.object()));
  }

  private static String namespace(String key) {
    return key.substring(0, key.indexOf('/'));
  }

  @Override
  public @Nullable R remove(String key) {
    var former = items.remove(key);
    budget.give(namespace(key), taken(former));
    return object(former);
  }

  private static int taken(@Nullable Packed<?> packed) {
    return packed == null || !packed.taken() ? 0 : packed.bytes().length;
  }

  @Override
  public Stream<String> keySet() {
    return items.keySet().stream();
  }

  @Override
  public Stream<R> values() {
    return items.keySet().stream().flatMap(key -> Stream.ofNullable(get(key)));
  }

  @Override
  public @Nullable R get(String key) {
    var packed = items.get(key);
    if (packed == null) {
      return null;
    }
    var object = object(packed);
    if (packed.object().get() == null) {
      items.replace(
          key, packed, new Packed<>(packed.bytes(), packed.taken(), new WeakReference<>(object)));
    }
    return object;
  }

  @Override
  public int size() {
    return items.size();
  }

  private @Nullable R object(@Nullable Packed<R> packed) {
    if (packed == null) {
      return null;
    }
    var known = packed.object().get();
    return known == null ? packing.unpack(packed.bytes()) : known;
  }
}
