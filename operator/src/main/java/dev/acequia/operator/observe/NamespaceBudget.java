package dev.acequia.operator.observe;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that objects of one namespace may take, all kinds together. Whoever may write in a
 * namespace can make objects that look like a pipeline's, in any number and of any uid, and of text
 * that packs a hundredfold. Of an object that does not fit the identity is kept, and of one whose
 * identity does not fit either, nothing.
 */
public final class NamespaceBudget {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceBudget.class);

  /**
   * What a reconcile may unpack of one pipeline. 500 fields with the longest documentation, before
   * and after a change, take 1 MiB.
   */
  private static final long MOST_UNPACKED_BYTES = 3 << 20;

  /** Of a namespace's bound, what identities may take in all. */
  private static final double WITH_IDENTITIES = 1.5;

  /** Of a namespace's bound, what is left of it where namespaces are many and full. */
  private static final int CROWDED = 4;

  /** The budget of this process: a quarter of its heap for each namespace. */
  public static final NamespaceBudget OF_THE_PROCESS =
      new NamespaceBudget(
          Runtime.getRuntime().maxMemory() / 4,
          Runtime.getRuntime().maxMemory() / 8 * 3,
          MOST_UNPACKED_BYTES);

  private final long crowdedFrom;
  private final Bound<String> packed;
  private final Bound<ResourceID> unpacked;
  private volatile Listener listener = (_, _) -> {};

  /** Is called when a namespace is full, and when half of its budget is free again. */
  @FunctionalInterface
  public interface Listener {
    void changed(String namespace, boolean isFull);
  }

  /**
   * What an object takes. Some room is left for it to grow: an object that is kept whole stays so
   * when its status changes, however full its namespace is by then.
   *
   * @param reader the pipeline whose reconcile reads it, if any
   * @param packed bytes as long as it is there
   * @param unpacked bytes while the pipeline is reconciled
   */
  record Room(String namespace, @Nullable ResourceID reader, long packed, long unpacked) {
    /** What maps and indexes hold of an object beside its bytes. */
    private static final int OVERHEAD = 1024;

    static Room of(String namespace, @Nullable ResourceID reader, int packed, int unpacked) {
      return new Room(namespace, reader, OVERHEAD + packed + packed / 4L, unpacked + unpacked / 4L);
    }

    /** Whether an object of that many bytes has its place there. */
    private boolean holds(Room needed) {
      return Objects.equals(reader, needed.reader)
          && withoutMargin(needed.packed - OVERHEAD) <= packed - OVERHEAD
          && withoutMargin(needed.unpacked) <= unpacked;
    }

    private static long withoutMargin(long bytes) {
      return bytes / 5 * 4;
    }
  }

  /**
   * @param mostBytes of all objects of a namespace, packed
   * @param crowdedFrom bytes of all namespaces from which on one takes a quarter of that, and twice
   *     which is the most
   * @param mostUnpackedBytes of all objects of a pipeline
   */
  NamespaceBudget(long mostBytes, long crowdedFrom, long mostUnpackedBytes) {
    this.crowdedFrom = crowdedFrom;
    packed = new Bound<>(mostBytes);
    unpacked = new Bound<>(mostUnpackedBytes);
  }

  /** Reports namespaces that are full, now and later. */
  public void follow(Listener told) {
    listener = told;
    packed.full.forEach(namespace -> told.changed(namespace, true));
  }

  /**
   * Takes room for an object in place of a former one of that name, whose room is given back unless
   * the object still fits there.
   *
   * @param former null where there was none, or its identity only
   * @return the room that is taken; null when there is none
   */
  @Nullable Room take(Room room, @Nullable Room former) {
    if (former != null && former.holds(room)) {
      return former;
    }
    give(former);
    add(room, 1);
    var reader = room.reader();
    var fits = fits(room.namespace(), 1);
    var isReadable = reader == null || unpacked.fits(reader);
    if (fits && isReadable) {
      return room;
    }
    add(room, -1);
    if (!fits && packed.full.add(room.namespace())) {
      LOG.warn(
          "namespace {} has {} MiB of objects with the labels of pipelines: the operator keeps little or"
              + " nothing of further ones",
          room.namespace(),
          packed.taken(room.namespace()) >> 20);
      listener.changed(room.namespace(), true);
    }
    if (reader != null && !isReadable && unpacked.full.add(reader)) {
      LOG.warn(
          "pipeline {} in namespace {} has {} MiB of objects with its labels: the operator keeps only"
              + " the identity of further ones",
          reader.getName(),
          reader.getNamespace().orElse(""),
          unpacked.most >> 20);
    }
    return null;
  }

  /**
   * Takes room for the identity of an object that does not fit.
   *
   * @return whether there is room
   */
  boolean takeIdentity(Room room) {
    add(room, 1);
    if (fits(room.namespace(), WITH_IDENTITIES)) {
      return true;
    }
    add(room, -1);
    return false;
  }

  private boolean fits(String namespace, double times) {
    return packed.taken(namespace) <= times * most();
  }

  /** What a namespace may take now. */
  private long most() {
    var all = packed.all();
    if (all <= crowdedFrom) {
      return packed.most;
    }
    return all / 2 <= crowdedFrom ? packed.most / CROWDED : 0;
  }

  /** Gives back the room of an object. */
  void give(@Nullable Room room) {
    if (room == null) {
      return;
    }
    add(room, -1);
    // The others too: what a namespace may take depends on what all do.
    packed.full.forEach(this::freeAtHalf);
    var reader = room.reader();
    if (reader != null && unpacked.isHalfFree(reader)) {
      unpacked.full.remove(reader);
    }
  }

  /** Only at half: otherwise the warning repeats for every object at the bound. */
  private void freeAtHalf(String namespace) {
    if (packed.taken(namespace) < most() / 2 && packed.full.remove(namespace)) {
      listener.changed(namespace, false);
    }
  }

  private void add(Room room, int sign) {
    packed.add(room.namespace(), sign * room.packed());
    var reader = room.reader();
    if (reader != null) {
      unpacked.add(reader, sign * room.unpacked());
    }
  }

  /** What is taken by each of many, with the same bound for each. */
  private static final class Bound<K> {
    private final long most;
    private final Map<K, Long> taken = new ConcurrentHashMap<>();
    private final LongAdder all = new LongAdder();
    private final Set<K> full = ConcurrentHashMap.newKeySet();

    Bound(long most) {
      this.most = most;
    }

    void add(K name, long bytes) {
      all.add(bytes);
      taken.merge(
          name, bytes, (before, more) -> before + more <= 0 ? null : Long.valueOf(before + more));
    }

    long taken(K name) {
      return taken.getOrDefault(name, 0L);
    }

    long all() {
      return all.sum();
    }

    boolean fits(K name) {
      return taken(name) <= most;
    }

    boolean isHalfFree(K name) {
      return taken(name) < most / 2;
    }
  }
}
