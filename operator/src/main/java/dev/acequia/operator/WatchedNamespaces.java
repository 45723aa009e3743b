package dev.acequia.operator;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.operator.WatchRights.Answer;
import dev.acequia.telemetry.MetricSet;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The namespaces that the operator is to watch, and those among them that it may read. Role and
 * RoleBinding stand in the tenant's namespace: whoever deletes them, or the namespace, must not
 * stop the operator of all others.
 */
final class WatchedNamespaces {
  private static final Logger log = LoggerFactory.getLogger(WatchedNamespaces.class);

  /** A process that lives longer is started again at once by the kubelet. */
  private static final Duration LEAST_LIFETIME = Duration.ofMinutes(10);

  private final List<String> wanted;
  private final Function<Set<String>, Map<String, Answer>> rights;
  private final Supplier<Set<String>> closedLately;
  private final MetricSet metrics;
  private final Set<String> watched;
  private final Map<String, String> unreadable = new ConcurrentHashMap<>();

  /** Those that could not be read at the start and can now. */
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();

  /**
   * Asks for each whether it may be read.
   *
   * @param rights gives an answer for each of some namespaces
   * @param closedLately gives those that have ended a start lately, now and later; they are left
   *     out unless there is no other, and nothing is started again for them before their time
   * @throws MissingRight when there is none that it may read
   */
  WatchedNamespaces(
      List<String> wanted,
      Function<Set<String>, Map<String, Answer>> rights,
      Supplier<Set<String>> closedLately,
      MetricSet metrics) {
    this.wanted = wanted;
    this.rights = rights;
    this.closedLately = closedLately;
    this.metrics = metrics;
    var closed = closedLately.get();
    var others = new TreeSet<>(wanted);
    others.removeAll(closed);
    ask(others);
    var leftOut = new TreeSet<>(wanted);
    leftOut.retainAll(closed);
    if (unreadable.keySet().containsAll(others)) {
      ask(leftOut);
    } else {
      leftOut.forEach(this::leaveOut);
    }
    watched =
        wanted.stream()
            .filter(namespace -> !unreadable.containsKey(namespace))
            .collect(Collectors.toUnmodifiableSet());
    if (watched.isEmpty()) {
      throw new MissingRight(
          MissingRight.sentence(new TreeMap<>(unreadable).firstEntry().getValue()));
    }
  }

  /** Those that are to have informers. */
  Set<String> watched() {
    return watched;
  }

  /** Those among the watched that the operator may read no more. */
  Set<String> closed() {
    var closed = new TreeMap<>(rights.apply(watched));
    closed.values().removeIf(answer -> !(answer instanceof Answer.Missing));
    return closed.keySet();
  }

  /**
   * Asks again for those that are not watched, and for those whose informers have trouble.
   *
   * @param troubled namespaces of informers that do not watch
   */
  void lookAgain(Collection<String> troubled) {
    var doubtful = new TreeSet<>(wanted);
    doubtful.removeIf(
        namespace ->
            watched.contains(namespace)
                && !unreadable.containsKey(namespace)
                && !troubled.contains(namespace));
    var closed = new TreeSet<>(closedLately.get());
    closed.removeAll(watched);
    doubtful.removeAll(closed); // the next start would leave them out as well
    rights.apply(doubtful).forEach(this::look);
  }

  /**
   * Whether the process should end, for its successor to watch more.
   *
   * @param lifetime since the process began. A tenant who may delete a RoleBinding and make it
   *     again must not have it start all the time, and the kubelet waits longer before each start
   *     of a process that has lived less than ten minutes
   */
  boolean asksForRestart(Duration lifetime) {
    return !waiting.isEmpty() && lifetime.compareTo(LEAST_LIFETIME) >= 0;
  }

  /** Whether the operator has not been allowed to read it of late. */
  boolean isUnreadable(String namespace) {
    return unreadable.containsKey(namespace);
  }

  /** Which ones it does not read and why, a sentence; empty when there is none. */
  Optional<String> whyUnread() {
    return unreadable.isEmpty()
        ? Optional.empty()
        : Optional.of("not reading " + new TreeMap<>(unreadable));
  }

  /** Where there is no answer, its informers tell whether it can be read. */
  private void ask(Set<String> namespaces) {
    rights
        .apply(namespaces)
        .forEach(
            (namespace, answer) -> {
              switch (answer) {
                case Answer.Granted _ -> find(namespace);
                case Answer.Missing missing -> miss(namespace, missing.right());
                case Answer.Unknown unknown -> {
                  find(namespace);
                  logUnknown(namespace, unknown);
                }
              }
            });
  }

  private void look(String namespace, Answer answer) {
    switch (answer) {
      case Answer.Granted _ when watched.contains(namespace) -> find(namespace);
      case Answer.Granted _ -> {
        if (waiting.add(namespace)) {
          unreadable.put(namespace, "it is read from the operator's next start on");
          log.info("namespace {} can be read, and is from the next start on", namespace);
        }
      }
      case Answer.Missing missing -> {
        waiting.remove(namespace);
        miss(namespace, missing.right());
      }
      case Answer.Unknown unknown -> logUnknown(namespace, unknown);
    }
  }

  private static void logUnknown(String namespace, Answer.Unknown unknown) {
    log.warn("whether namespace {} can be read is not known: {}", namespace, unknown.why());
  }

  private void leaveOut(String namespace) {
    metrics.gauge(PipelineMetric.UNREAD_NAMESPACE, namespace).set(1);
    unreadable.put(namespace, "it was closed during a start of the operator lately");
    log.warn(
        "namespace {} is left out, the others are not: it was closed during a start less than {}"
            + " minutes ago",
        namespace,
        ClosedNamespaces.LEFT_OUT.toMinutes());
  }

  private void miss(String namespace, String what) {
    metrics.gauge(PipelineMetric.UNREAD_NAMESPACE, namespace).set(1);
    if (unreadable.put(namespace, what) == null) {
      log.error(
          "namespace {} cannot be read and is left out, the others are not. {}, or remove it from"
              + " watchNamespaces if it is gone",
          namespace,
          MissingRight.sentence(what));
    }
  }

  private void find(String namespace) {
    metrics.gauge(PipelineMetric.UNREAD_NAMESPACE, namespace).set(0);
    if (unreadable.remove(namespace) != null) {
      log.info("namespace {} can be read again", namespace);
    }
  }
}
