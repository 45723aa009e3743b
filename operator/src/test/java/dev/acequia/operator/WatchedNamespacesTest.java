package dev.acequia.operator;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.operator.WatchRights.Answer;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class WatchedNamespacesTest {
  private static final Duration A_DAY = Duration.ofDays(1);
  private static final List<String> WANTED = List.of("orders", "payments", "refunds");

  private final Set<String> forbidden = new TreeSet<>();
  private final List<String> asked = new ArrayList<>();
  private final Set<String> unanswered = new TreeSet<>();
  private final Set<String> closedLately = new TreeSet<>();
  private final MetricSet metrics = new MetricSet(new PrometheusRegistry());

  @Test
  void leavesOutTheOneThatItMayNotReadAndNamesIt() {
    forbidden.add("payments");
    var namespaces = find();
    assertThat(namespaces.watched()).containsExactlyInAnyOrder("orders", "refunds");
    assertThat(namespaces.isUnreadable("payments")).isTrue();
    assertThat(namespaces.whyUnread())
        .hasValueSatisfying(words -> assertThat(words).contains("payments=it cannot list"));
    assertThat(unread("payments")).isOne();
    assertThat(unread("orders")).isZero();
  }

  /** The framework would hold all reconciles, and forget those at work, to watch one more. */
  @Test
  void asksForARestartOnceItMayReadOneMoreButNotSoonAfterTheStart() {
    forbidden.add("payments");
    var namespaces = find();
    look(namespaces);
    assertThat(namespaces.asksForRestart(A_DAY)).isFalse();

    forbidden.clear();
    look(namespaces);

    assertThat(namespaces.asksForRestart(A_DAY)).isTrue();
    assertThat(namespaces.asksForRestart(Duration.ofMinutes(9))).isFalse();
    assertThat(namespaces.watched()).containsExactlyInAnyOrder("orders", "refunds");
    assertThat(namespaces.whyUnread())
        .hasValueSatisfying(words -> assertThat(words).contains("payments=it is read from"));
    assertThat(unread("payments")).isOne();
    forbidden.add("payments");
    look(namespaces);
    assertThat(namespaces.asksForRestart(A_DAY)).isFalse();
  }

  @Test
  void asksForTheOthersWhereOneGivesNoAnswerAndForThatOneTheNextTime() {
    forbidden.addAll(List.of("orders", "payments"));
    var namespaces = find();
    forbidden.clear();
    unanswered.add("orders");

    look(namespaces);
    assertThat(namespaces.whyUnread().orElseThrow())
        .contains("orders=it cannot list", "payments=it is read from");
    unanswered.clear();
    look(namespaces);

    assertThat(namespaces.whyUnread().orElseThrow()).contains("orders=it is read from");
  }

  @Test
  void namesThoseThatAreClosedDuringTheStart() {
    var namespaces = find();
    assertThat(namespaces.closed()).isEmpty();
    forbidden.add("refunds");
    unanswered.add("orders");
    assertThat(namespaces.closed()).containsExactly("refunds");
  }

  /** Its informers tell; an end of the start because of one slow answer would help nobody. */
  @Test
  void watchesTheOneOfWhichItGetsNoAnswer() {
    unanswered.add("payments");
    assertThat(find().watched()).containsExactlyInAnyOrderElementsOf(WANTED);
  }

  /** A tenant who deletes a RoleBinding and makes it again would end each start. */
  @Test
  void leavesOutTheOneThatWasClosedDuringAnEarlierStartUntilThatIsLongAgo() {
    closedLately.add("payments");
    var namespaces = find();
    assertThat(namespaces.watched()).containsExactlyInAnyOrder("orders", "refunds");
    assertThat(asked).doesNotContain("payments");
    assertThat(namespaces.whyUnread().orElseThrow())
        .contains("payments=it was closed during a start");
    assertThat(unread("payments")).isOne();

    forbidden.add("payments");
    assertThat(namespaces.closed()).isEmpty();
    forbidden.clear();
    look(namespaces);
    assertThat(namespaces.asksForRestart(A_DAY)).isFalse();

    closedLately.clear();
    look(namespaces);
    assertThat(namespaces.asksForRestart(Duration.ofMinutes(9))).isFalse();
    assertThat(namespaces.asksForRestart(A_DAY)).isTrue();
  }

  @Test
  void leavesOutNoneWhereItMayReadNoOther() {
    closedLately.add("payments");
    forbidden.addAll(List.of("orders", "refunds"));
    assertThat(find().watched()).containsExactly("payments");
  }

  /** Its informers try by themselves until they may. */
  @Test
  void asksForAWatchedOneWhenItsInformersHaveTroubleAndKeepsIt() {
    var namespaces = find();
    forbidden.add("orders");
    asked.clear();

    look(namespaces);
    assertThat(asked).isEmpty();
    look(namespaces, "orders", "kafka");

    assertThat(asked).containsExactly("orders");
    assertThat(namespaces.isUnreadable("orders")).isTrue();
    assertThat(namespaces.watched()).containsExactlyInAnyOrderElementsOf(WANTED);
    forbidden.clear();
    look(namespaces);
    assertThat(namespaces.isUnreadable("orders")).isFalse();
    assertThat(namespaces.asksForRestart(A_DAY)).isFalse();
  }

  @Test
  void doesNotStartWhereItMayReadNone() {
    forbidden.addAll(WANTED);
    assertThatThrownBy(this::find)
        .isInstanceOf(MissingRight.class)
        .hasMessageContaining("The operator lacks a right: it cannot list")
        .hasMessageContaining("in the namespace orders");
  }

  private void look(WatchedNamespaces namespaces, String... troubled) {
    namespaces.lookAgain(List.of(troubled));
  }

  private WatchedNamespaces find() {
    return new WatchedNamespaces(
        WANTED,
        namespaces -> namespaces.stream().collect(toMap(identity(), this::answer)),
        () -> closedLately,
        metrics);
  }

  private Answer answer(String namespace) {
    asked.add(namespace);
    if (unanswered.contains(namespace)) {
      return new Answer.Unknown("no answer");
    }
    return forbidden.contains(namespace)
        ? new Answer.Missing("it cannot list resource \"pods\" in the namespace " + namespace)
        : new Answer.Granted();
  }

  private double unread(String namespace) {
    return metrics.gauge(PipelineMetric.UNREAD_NAMESPACE, namespace).get();
  }
}
