package dev.acequia.operator;

import dev.acequia.operator.turns.Lines;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps threads for other namespaces: one namespace's reconciles take a share of them at most. The
 * others of it wait without a thread, in their order, and each that ends brings the next.
 */
final class ReconcileShares {
  /** One for the process, as its threads are. */
  static final ReconcileShares OF_THE_PROCESS =
      new ReconcileShares(PipelineOperator.THREADS - PipelineOperator.THREADS / 4);

  /** A resource that is gone has no reconcile, and brings none. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final int share;
  private final Lines<Object, Runnable> waiting = new Lines<>();
  private final Map<String, Integer> atWork = new HashMap<>();

  /**
   * Shares of which nobody has any.
   *
   * @param share how many reconciles of one namespace may be at work
   */
  ReconcileShares(int share) {
    this.share = share;
  }

  /**
   * Whether a reconcile of this namespace may begin, which has to {@linkplain #end end} then.
   * Otherwise it is brought again.
   *
   * @param resource tells it from the others of its namespace
   * @param again brings it
   */
  synchronized boolean mayBegin(String namespace, Object resource, Runnable again) {
    if (atWork.getOrDefault(namespace, 0) >= share) {
      waiting.put(namespace, resource, again);
      return false;
    }
    waiting.remove(namespace, resource);
    atWork.merge(namespace, 1, Integer::sum);
    return true;
  }

  /** A reconcile of this namespace has ended. */
  void end(String namespace) {
    Runnable next;
    synchronized (this) {
      atWork.computeIfPresent(namespace, (_, count) -> count == 1 ? null : count - 1);
      next = waiting.takeFirst(namespace).orElse(() -> {});
    }
    next.run();
  }
}
