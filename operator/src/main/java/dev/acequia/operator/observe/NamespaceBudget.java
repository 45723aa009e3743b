package dev.acequia.operator.observe;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that objects of one namespace may take, all kinds together. Whoever may write in a
 * namespace can make objects that look like a pipeline's, in any number and of any uid.
 */
public final class NamespaceBudget {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceBudget.class);

  /** The budget of this process: a quarter of its heap for each namespace. */
  public static final NamespaceBudget OF_THE_PROCESS =
      new NamespaceBudget(Runtime.getRuntime().maxMemory() / 4);

  private final long mostBytes;
  private final Map<String, Long> taken = new ConcurrentHashMap<>();
  private final Set<String> full = ConcurrentHashMap.newKeySet();
  private volatile Listener listener = (_, _) -> {};

  /** Is called when a namespace is full, and when half of its budget is free again. */
  @FunctionalInterface
  public interface Listener {
    void changed(String namespace, boolean isFull);
  }

  NamespaceBudget(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Reports namespaces that are full, now and later. */
  public void follow(Listener told) {
    listener = told;
    full.forEach(namespace -> told.changed(namespace, true));
  }

  /**
   * Takes room for an object in place of a former one of that name, whose room is given back in any
   * case.
   *
   * @return whether there is room
   */
  boolean take(String namespace, int bytes, int formerBytes) {
    give(namespace, formerBytes);
    var fits = taken.merge(namespace, (long) bytes, Long::sum) <= mostBytes;
    if (!fits) {
      subtract(namespace, bytes);
      if (full.add(namespace)) {
        LOG.warn(
            "namespace {} has {} MiB of objects with the labels of pipelines: the operator keeps only"
                + " the identity of further ones",
            namespace,
            mostBytes >> 20);
        listener.changed(namespace, true);
      }
    }
    return fits;
  }

  /** Gives back the room of an object. */
  void give(String namespace, int bytes) {
    if (bytes > 0) {
      subtract(namespace, bytes);
      // Only at half: otherwise the warning repeats for every object at the bound.
      if (taken.getOrDefault(namespace, 0L) < mostBytes / 2 && full.remove(namespace)) {
        listener.changed(namespace, false);
      }
    }
  }

  private void subtract(String namespace, int bytes) {
    taken.computeIfPresent(
        namespace, (_, before) -> before <= bytes ? null : Long.valueOf(before - bytes));
  }
}
