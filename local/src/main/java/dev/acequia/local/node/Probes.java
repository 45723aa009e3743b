package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The probes of one run of a container. The startup probe comes first; once the container has
 * started, readiness and liveness are asked at their own pace.
 */
final class Probes implements AutoCloseable {
  /** Which question a probe asks; its name stands in Events. */
  enum Kind {
    STARTUP,
    READINESS,
    LIVENESS;

    /** As Kubernetes' Events have it, such as {@code Liveness}. */
    String title() {
      return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }
  }

  private final ContainerActions actions;
  private final Container container;
  private final Instant containerStart;
  private final BiConsumer<Kind, String> onUnhealthy;
  private final Runnable onChange;
  private final CopyOnWriteArrayList<Thread> threads = new CopyOnWriteArrayList<>();
  private volatile boolean started;
  private volatile boolean ready;
  private volatile boolean ending;
  private volatile @Nullable Kind fatal;

  /**
   * Prepares the probes.
   *
   * @param onUnhealthy told of every failure and what the probe said
   * @param onChange called in another thread when {@link #started}, {@link #ready} or {@link
   *     #fatal} has changed
   */
  Probes(
      ContainerActions actions,
      Container container,
      Instant containerStart,
      BiConsumer<Kind, String> onUnhealthy,
      Runnable onChange) {
    this.actions = actions;
    this.container = container;
    this.containerStart = containerStart;
    this.onUnhealthy = onUnhealthy;
    this.onChange = onChange;
  }

  /** Begins to probe. */
  void start() {
    var startup = container.getStartupProbe();
    if (startup == null) {
      containerStarted();
    } else {
      run(
          Kind.STARTUP,
          startup,
          ok -> {
            if (ok) {
              containerStarted();
            } else {
              fail(Kind.STARTUP);
            }
          });
    }
  }

  /** Whether the container is up, so that the startup probe has no more say. */
  boolean started() {
    return started;
  }

  /** Whether the container may be sent work. */
  boolean ready() {
    return ready;
  }

  /** The probe by whose failure the container must be restarted. */
  Optional<Kind> fatal() {
    return Optional.ofNullable(fatal);
  }

  /** Ends the probes that could have the container restarted, since it is to end anyway. */
  void containerEnds() {
    ending = true;
  }

  @Override
  public void close() {
    ending = true;
    threads.forEach(Thread::interrupt);
  }

  private void containerStarted() {
    started = true;
    var readiness = container.getReadinessProbe();
    var liveness = container.getLivenessProbe();
    if (readiness == null) {
      ready = true;
    } else {
      run(
          Kind.READINESS,
          readiness,
          ok -> {
            if (ready != ok) {
              ready = ok;
              onChange.run();
            }
          });
    }
    if (liveness != null) {
      run(
          Kind.LIVENESS,
          liveness,
          ok -> {
            if (!ok) {
              fail(Kind.LIVENESS);
            }
          });
    }
    onChange.run();
  }

  private void fail(Kind kind) {
    fatal = kind;
    onChange.run();
  }

  private void run(Kind kind, Probe probe, Consumer<Boolean> onResult) {
    var name = kind.title() + "-" + container.getName();
    threads.add(Thread.ofVirtual().name(name).start(() -> ask(kind, probe, onResult)));
  }

  private void ask(Kind kind, Probe probe, Consumer<Boolean> onResult) {
    var counter =
        new ProbeCounter(
            orElse(probe.getFailureThreshold(), 3), orElse(probe.getSuccessThreshold(), 1));
    var period = Duration.ofSeconds(orElse(probe.getPeriodSeconds(), 10));
    var first = containerStart.plusSeconds(orElse(probe.getInitialDelaySeconds(), 0));
    try {
      var delay = Duration.between(Instant.now(), first);
      if (delay.isPositive()) {
        Thread.sleep(delay);
      }
      while (kind == Kind.READINESS || !ending) {
        var outcome = actions.probe(probe);
        if (!outcome.ok() && !ending) {
          onUnhealthy.accept(kind, outcome.output());
        }
        var result = counter.add(outcome.ok());
        result.filter(ok -> kind == Kind.READINESS || !ending).ifPresent(onResult);
        if (result.isPresent() && isLast(kind, result.get())) {
          return;
        }
        Thread.sleep(period);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isLast(Kind kind, boolean ok) {
    return switch (kind) {
      case STARTUP -> true;
      case LIVENESS -> !ok;
      case READINESS -> false;
    };
  }

  private static int orElse(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }
}
