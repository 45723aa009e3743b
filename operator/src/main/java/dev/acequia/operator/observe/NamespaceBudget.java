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
final class NamespaceBudget {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceBudget.class);

  private final long mostBytes;
  private final Map<String, Long> taken = new ConcurrentHashMap<>();
  private final Set<String> full = ConcurrentHashMap.newKeySet();

  NamespaceBudget(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** A quarter of this process's heap for each namespace, some 5,000 pipelines of 20 fields. */
  static NamespaceBudget ofThisProcess() {
    return new NamespaceBudget(Runtime.getRuntime().maxMemory() / 4);
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
            "namespace {} has {} MiB of objects with the labels of pipelines: of further ones only"
                + " the identity is kept",
            namespace,
            mostBytes >> 20);
      }
    }
    return fits;
  }

  /** Gives back the room of an object. */
  void give(String namespace, int bytes) {
    if (bytes > 0) {
      subtract(namespace, bytes);
      if (taken.getOrDefault(namespace, 0L) < mostBytes / 2) {
        full.remove(namespace); // a further warning says something new
      }
    }
  }

  private void subtract(String namespace, int bytes) {
    taken.computeIfPresent(
        namespace, (_, before) -> before <= bytes ? null : Long.valueOf(before - bytes));
  }
}
