package dev.acequia.operator;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.telemetry.MetricSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The namespaces that the operator is to watch, and those among them that it may read. Role and
 * RoleBinding stand in the tenant's namespace: whoever deletes them, or the namespace, must not
 * stop the operator of all others.
 */
final class WatchedNamespaces {
  private static final Logger log = LoggerFactory.getLogger(WatchedNamespaces.class);

  private final List<String> wanted;
  private final Function<String, Optional<String>> missingRight;
  private final MetricSet metrics;
  private final Set<String> watched = ConcurrentHashMap.newKeySet();
  private final Map<String, String> unreadable = new ConcurrentHashMap<>();

  private WatchedNamespaces(
      List<String> wanted, Function<String, Optional<String>> missingRight, MetricSet metrics) {
    this.wanted = wanted;
    this.missingRight = missingRight;
    this.metrics = metrics;
  }

  /**
   * Asks for each whether it may be read.
   *
   * @param missingRight what the operator may not do in a namespace, empty where it may read all
   * @throws MissingRight when there is none that it may read
   */
  static WatchedNamespaces of(
      List<String> wanted, Function<String, Optional<String>> missingRight, MetricSet metrics) {
    var namespaces = new WatchedNamespaces(wanted, missingRight, metrics);
    namespaces.watched.addAll(namespaces.readable(wanted));
    if (namespaces.watched.isEmpty()) {
      throw new MissingRight(
          MissingRight.sentence(new TreeMap<>(namespaces.unreadable).firstEntry().getValue()));
    }
    return namespaces;
  }

  /** Those that are to have informers. */
  Set<String> watched() {
    return Set.copyOf(watched);
  }

  /**
   * Asks again for those that could not be read, and for those whose informers have trouble.
   *
   * @param troubled namespaces of informers that do not watch
   * @param watch has informers watch these and no others; called when there are more than before
   */
  void lookAgain(Collection<String> troubled, Consumer<Set<String>> watch) {
    var doubtful = new HashSet<>(unreadable.keySet());
    doubtful.addAll(troubled);
    doubtful.retainAll(wanted);
    var added = readable(doubtful);
    added.removeAll(watched);
    if (!added.isEmpty()) {
      var more = new HashSet<>(watched);
      more.addAll(added);
      watch.accept(more);
      watched.addAll(added);
    }
  }

  /** Whether the operator has not been allowed to read it of late. */
  boolean isUnreadable(String namespace) {
    return unreadable.containsKey(namespace);
  }

  /** Which ones it cannot read and why, a sentence; empty when there is none. */
  Optional<String> whyUnread() {
    return unreadable.isEmpty()
        ? Optional.empty()
        : Optional.of("not reading " + new TreeMap<>(unreadable));
  }

  private Set<String> readable(Collection<String> namespaces) {
    var readable = new HashSet<String>();
    for (var namespace : namespaces) {
      var missing = missingRight.apply(namespace);
      if (missing.isEmpty()) {
        readable.add(namespace);
        find(namespace);
      } else {
        miss(namespace, missing.get());
      }
      metrics.gauge(PipelineMetric.UNREAD_NAMESPACE, namespace).set(missing.isPresent() ? 1 : 0);
    }
    return readable;
  }

  private void miss(String namespace, String what) {
    if (unreadable.put(namespace, what) == null) {
      log.error(
          "namespace {} is left out, the others are not. {}, or take the namespace off watchNamespaces if it is gone",
          namespace,
          MissingRight.sentence(what));
    }
  }

  private void find(String namespace) {
    if (unreadable.remove(namespace) != null) {
      log.info("namespace {} can be read again", namespace);
    }
  }
}
