package dev.acequia.operator.observe;

import dev.acequia.operator.observe.NamespaceBudget.Room;
import dev.acequia.operator.observe.Packing.Kept;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
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
  private final SecondaryToPrimaryMapper<R> readers;
  private final NamespaceBudget budget;
  private final Map<String, Packed<R>> items = new ConcurrentHashMap<>();

  /**
   * An object.
   *
   * @param isWhole false where only its identity is kept
   */
  private record Packed<R>(byte[] bytes, Room room, boolean isWhole, WeakReference<R> object) {
    private Packed<R> in(Room place) {
      return new Packed<>(bytes, place, isWhole, object);
    }
  }

  PackedItemStore(Packing<R> packing, SecondaryToPrimaryMapper<R> readers) {
    this(packing, readers, NamespaceBudget.OF_THE_PROCESS);
  }

  /**
   * An empty store.
   *
   * @param readers the pipelines whose reconcile reads an object, one at most
   */
  PackedItemStore(Packing<R> packing, SecondaryToPrimaryMapper<R> readers, NamespaceBudget budget) {
    this.packing = packing;
    this.readers = readers;
    this.budget = budget;
  }

  @Override
  public String getKey(R object) {
    return Cache.metaNamespaceKeyFunc(object);
  }

  @Override
  public @Nullable R put(String key, R object) {
    var kept = kept(key, object, items.get(key));
    // At no moment is an object gone that stays.
    var replaced = kept == null ? items.remove(key) : items.put(key, kept);
    return replaced == null ? null : unpacked(replaced);
  }

  private @Nullable Packed<R> kept(String key, R object, @Nullable Packed<R> former) {
    var whole = packed(key, packing.keep(object), true); // may fail, with the former still there
    if (former != null && !former.isWhole()) {
      budget.give(former.room());
    }
    var room = budget.take(whole.room(), former != null && former.isWhole() ? former.room() : null);
    if (room != null) {
      return whole.in(room);
    }
    var identity = packed(key, packing.identity(object), false);
    return budget.takeIdentity(identity.room()) ? identity : null;
  }

  private Packed<R> packed(String key, Kept<R> kept, boolean isWhole) {
    var bytes = packing.pack(kept.json());
    var reader = readers.toPrimaryResourceIDs(kept.object()).stream().findFirst().orElse(null);
    return new Packed<>(
        bytes,
        Room.of(namespace(key), reader, bytes.length, kept.json().length),
        isWhole,
        new WeakReference<>(kept.object()));
  }

  private static String namespace(String key) {
    return key.substring(0, key.indexOf('/'));
  }

  @Override
  public @Nullable R remove(String key) {
    var former = items.remove(key);
    budget.give(former == null ? null : former.room());
    return former == null ? null : unpacked(former);
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
          key,
          packed,
          new Packed<>(
              packed.bytes(), packed.room(), packed.isWhole(), new WeakReference<>(object)));
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
