package dev.acequia.operator;

import dev.acequia.operator.turns.Lines;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

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
  private final Lines<Reconciled, Runnable> waiting = new Lines<>();
  private final Set<Reconciled> putOff = new HashSet<>();
  private final Map<String, Integer> atWork = new HashMap<>();

  /**
   * Creates it with all shares free.
   *
   * @param share how many reconciles of one namespace may be at work
   */
  ReconcileShares(int share) {
    this.share = share;
  }

  /**
   * Runs a reconcile, or defers it.
   *
   * @param again retries the reconcile once a share is free
   * @return empty when no share is free
   */
  <T> Optional<T> run(HasMetadata resource, Runnable again, Supplier<T> reconcile) {
    var namespace = resource.getMetadata().getNamespace();
    if (!mayBegin(namespace, Reconciled.of(resource), again)) {
      return Optional.empty();
    }
    try {
      return Optional.of(reconcile.get());
    } finally {
      end(namespace);
    }
  }

  /** Whether the last reconcile of this resource was deferred: it did nothing. */
  synchronized boolean isPutOff(Reconciled resource) {
    return putOff.contains(resource);
  }

  /** Forgets a deleted resource. */
  synchronized void forget(Reconciled resource) {
    putOff.remove(resource);
    waiting.remove(resource.id().getNamespace().orElseThrow(), resource);
  }

  private synchronized boolean mayBegin(String namespace, Reconciled resource, Runnable again) {
    if (atWork.getOrDefault(namespace, 0) >= share) {
      waiting.put(namespace, resource, again);
      putOff.add(resource);
      return false;
    }
    waiting.remove(namespace, resource);
    putOff.remove(resource);
    atWork.merge(namespace, 1, Integer::sum);
    return true;
  }

  private void end(String namespace) {
    Runnable next;
    synchronized (this) {
      atWork.computeIfPresent(namespace, (_, count) -> count == 1 ? null : count - 1);
      next = waiting.takeFirst(namespace).orElse(() -> {});
    }
    next.run();
  }
}
