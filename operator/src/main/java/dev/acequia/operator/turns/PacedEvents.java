package dev.acequia.operator.turns;

import dev.acequia.operator.plan.PipelineNames;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Starts the reconciles of a whole fleet a few at a time, the next one when one has ended. All at
 * once would delay the reconciles that users wait for.
 */
public final class PacedEvents {
  private static final int AT_WORK = 4;

  /** A deleted pipeline has no reconcile, so its end never comes. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Consumer<PipelineNames> events;
  private final Duration patience;
  private final Set<PipelineNames> atWork = new HashSet<>();
  private int round;

  /**
   * @param events starts a pipeline's reconcile
   */
  public PacedEvents(Consumer<PipelineNames> events) {
    this(events, PATIENCE);
  }

  PacedEvents(Consumer<PipelineNames> events, Duration patience) {
    this.events = events;
    this.patience = patience;
  }

  /** Starts a round and does not wait for its end. An earlier round stops. */
  public synchronized void bring(List<PipelineNames> pipelines) {
    var own = ++round;
    notifyAll();
    var _ = Thread.ofVirtual().name("paced-events").start(() -> bringInTurn(pipelines, own));
  }

  /** A reconcile of this pipeline has ended. */
  public synchronized void ended(PipelineNames pipeline) {
    if (atWork.remove(pipeline)) {
      notifyAll();
    }
  }

  private void bringInTurn(List<PipelineNames> pipelines, int own) {
    try {
      for (var pipeline : pipelines) {
        if (!takesPlace(pipeline, own)) {
          return;
        }
        events.accept(pipeline);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for a place; false when another round has begun. */
  private synchronized boolean takesPlace(PipelineNames pipeline, int own)
      throws InterruptedException {
    var deadline = System.nanoTime() + patience.toNanos();
    while (round == own && atWork.size() >= AT_WORK) {
      var rest = (deadline - System.nanoTime()) / 1_000_000;
      if (rest <= 0) {
        atWork.clear();
      } else {
        wait(rest);
      }
    }
    if (round != own) {
      return false;
    }
    atWork.add(pipeline);
    return true;
  }
}
