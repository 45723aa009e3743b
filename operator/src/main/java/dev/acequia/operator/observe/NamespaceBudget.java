package dev.acequia.operator.observe;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that objects of one namespace may take, all kinds together. Whoever may write in a
 * namespace can make objects that look like a pipeline's, in any number and of any uid, and of text
 * that packs a hundredfold.
 */
public final class NamespaceBudget {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceBudget.class);

  /**
   * What a reconcile may unpack of one pipeline. 500 fields with the longest documentation, before
   * and after a change, take 1 MiB.
   */
  private static final long MOST_UNPACKED_BYTES = 3 << 20;

  /** The budget of this process: a quarter of its heap for each namespace. */
  public static final NamespaceBudget OF_THE_PROCESS =
      new NamespaceBudget(Runtime.getRuntime().maxMemory() / 4, MOST_UNPACKED_BYTES);

  private final Bound packed;
  private final Bound unpacked;
  private volatile Listener listener = (_, _) -> {};

  /** Is called when a namespace is full, and when half of its budget is free again. */
  @FunctionalInterface
  public interface Listener {
    void changed(String namespace, boolean isFull);
  }

  /**
   * What an object takes.
   *
   * @param pipeline whose reconcile reads it; null when it has no such label
   * @param packed bytes as long as it is there
   * @param unpacked bytes while the pipeline is reconciled
   */
  record Room(String namespace, @Nullable String pipeline, int packed, int unpacked) {
    /** What maps and indexes hold of an object beside its bytes. */
    private static final int OVERHEAD = 1024;

    private long kept() {
      return packed + OVERHEAD;
    }

    private String reader() {
      return namespace + "/" + pipeline;
    }
  }

  /**
   * @param mostBytes of all objects of a namespace, packed
   * @param mostUnpackedBytes of all objects of a pipeline
   */
  NamespaceBudget(long mostBytes, long mostUnpackedBytes) {
    packed = new Bound(mostBytes);
    unpacked = new Bound(mostUnpackedBytes);
  }

  /** Reports namespaces that are full, now and later. */
  public void follow(Listener told) {
    listener = told;
    packed.full.forEach(namespace -> told.changed(namespace, true));
  }

  /**
   * Takes room for an object in place of a former one of that name, whose room is given back in any
   * case.
   *
   * @return whether there is room; if not, none is taken
   */
  boolean take(Room room, @Nullable Room former) {
    give(former);
    takeAnyway(room);
    var fits = packed.fits(room.namespace());
    var isReadable = room.pipeline() == null || unpacked.fits(room.reader());
    if (fits && isReadable) {
      return true;
    }
    subtract(room);
    if (!fits && packed.full.add(room.namespace())) {
      LOG.warn(
          "namespace {} has {} MiB of objects with the labels of pipelines: the operator keeps only"
              + " the identity of further ones",
          room.namespace(),
          packed.most >> 20);
      listener.changed(room.namespace(), true);
    }
    if (!isReadable && unpacked.full.add(room.reader())) {
      LOG.warn(
          "pipeline {} has {} MiB of objects with its labels: the operator keeps only the identity of"
              + " further ones",
          room.reader(),
          unpacked.most >> 20);
    }
    return false;
  }

  /** Takes room for an identity, which is kept also beyond the bounds. */
  void takeAnyway(Room room) {
    packed.add(room.namespace(), room.kept());
    if (room.pipeline() != null) {
      unpacked.add(room.reader(), room.unpacked());
    }
  }

  /** Gives back the room of an object. */
  void give(@Nullable Room room) {
    if (room == null) {
      return;
    }
    subtract(room);
    // Only at half: otherwise the warning repeats for every object at the bound.
    if (packed.isHalfFree(room.namespace()) && packed.full.remove(room.namespace())) {
      listener.changed(room.namespace(), false);
    }
    if (room.pipeline() != null && unpacked.isHalfFree(room.reader())) {
      unpacked.full.remove(room.reader());
    }
  }

  private void subtract(Room room) {
    packed.add(room.namespace(), -room.kept());
    if (room.pipeline() != null) {
      unpacked.add(room.reader(), -room.unpacked());
    }
  }

  /** What is taken by each of many, with the same bound for each. */
  private static final class Bound {
    private final long most;
    private final Map<String, Long> taken = new ConcurrentHashMap<>();
    private final Set<String> full = ConcurrentHashMap.newKeySet();

    Bound(long most) {
      this.most = most;
    }

    void add(String name, long bytes) {
      taken.merge(
          name, bytes, (before, more) -> before + more <= 0 ? null : Long.valueOf(before + more));
    }

    boolean fits(String name) {
      return taken.getOrDefault(name, 0L) <= most;
    }

    boolean isHalfFree(String name) {
      return taken.getOrDefault(name, 0L) < most / 2;
    }
  }
}
