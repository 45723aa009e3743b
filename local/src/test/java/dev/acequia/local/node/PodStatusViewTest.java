package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.local.node.ContainerView.Ended;
import dev.acequia.local.node.ContainerView.Role;
import dev.acequia.local.node.ContainerView.Running;
import dev.acequia.local.node.ContainerView.State;
import dev.acequia.local.node.ContainerView.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PodStatusViewTest {
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.5Z");
  private static final State WAITING = new Waiting("ContainerCreating", null);
  private static final State BACK_OFF = new Waiting("CrashLoopBackOff", "back-off");
  private static final State RUNNING = new Running("id", NOW);

  static Stream<Arguments> phases() {
    return Stream.of(
        Arguments.of("nothing has started", "Pending", false, List.of(main(WAITING, null))),
        Arguments.of(
            "one of two has started",
            "Pending",
            false,
            List.of(main(RUNNING, null), main(WAITING, null))),
        Arguments.of("it runs", "Running", false, List.of(main(RUNNING, null))),
        Arguments.of("it crashes on", "Running", false, List.of(main(BACK_OFF, ended(1)))),
        Arguments.of(
            "one of two is done", "Running", false, List.of(once(RUNNING), once(ended(0)))),
        Arguments.of("all are done", "Succeeded", true, List.of(once(ended(0)), once(ended(0)))),
        Arguments.of("one has failed", "Failed", true, List.of(once(ended(0)), once(ended(1)))),
        Arguments.of(
            "an end that is followed by a start", "Running", false, List.of(main(ended(0), null))),
        Arguments.of(
            "the init container runs", "Pending", false, List.of(init(RUNNING), once(WAITING))),
        Arguments.of(
            "the init container failed for good",
            "Failed",
            true,
            List.of(init(ended(1)), once(WAITING))),
        Arguments.of(
            "the init container is through",
            "Running",
            false,
            List.of(init(ended(0)), once(RUNNING))),
        Arguments.of(
            "only the sidecar still runs",
            "Running",
            false,
            List.of(sidecar(RUNNING), once(ended(0)))),
        Arguments.of(
            "it was deleted while it ran", "Succeeded", true, List.of(main(ended(0), null))),
        Arguments.of("it was deleted before it ran", "Failed", true, List.of(main(WAITING, null))));
  }

  @ParameterizedTest(name = "{1} when {0}")
  @MethodSource("phases")
  void findsThePhase(String when, String phase, boolean over, List<ContainerView> containers) {
    assertThat(status(pod(), containers, over).getPhase()).as(when).isEqualTo(phase);
  }

  @Test
  void isReadyWhenAllContainersAre() {
    var ready = status(pod(), List.of(main(RUNNING, null)), false);
    assertThat(condition(ready, "Ready")).isEqualTo("True null null");
    assertThat(condition(ready, "Initialized")).isEqualTo("True null null");
    assertThat(ready.getPodIP()).isEqualTo("127.84.17.1");
    assertThat(ready.getStartTime()).isEqualTo("2026-11-01T12:00:00Z");
    assertThat(ready.getContainerStatuses().getFirst().getContainerID()).isEqualTo("acequia://id");

    var crashing = status(pod(), List.of(main(RUNNING, null), main(BACK_OFF, ended(1))), false);
    assertThat(condition(crashing, "Ready"))
        .isEqualTo("False ContainersNotReady containers with unready status: [main]");
  }

  @Test
  void saysWhatIsNotInitialized() {
    var status = status(pod(), List.of(init(RUNNING), once(WAITING)), false);
    assertThat(condition(status, "Initialized"))
        .isEqualTo("False ContainersNotInitialized containers with incomplete status: [init]");
  }

  @Test
  void waitsForReadinessGatesOfOthers() {
    var gated =
        new PodBuilder(pod()).editSpec().addNewReadinessGate("example.org/gate").endSpec().build();
    assertThat(condition(status(gated, List.of(main(RUNNING, null)), false), "Ready"))
        .startsWith("False ReadinessGatesNotReady corresponding condition");
    var open =
        new PodBuilder(gated)
            .withNewStatus()
            .addNewCondition()
            .withType("example.org/gate")
            .withStatus("True")
            .endCondition()
            .endStatus()
            .build();
    assertThat(condition(status(open, List.of(main(RUNNING, null)), false), "Ready"))
        .startsWith("True");
  }

  @Test
  void movesTheTransitionTimeOnlyWithTheStatus() {
    var before =
        new PodBuilder(pod())
            .withNewStatus()
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .withLastTransitionTime("2026-10-01T00:00:00Z")
            .endCondition()
            .endStatus()
            .build();
    assertThat(since(status(before, List.of(main(RUNNING, null)), false)))
        .isEqualTo("2026-10-01T00:00:00Z");
    assertThat(since(status(before, List.of(main(WAITING, null)), false)))
        .isEqualTo("2026-11-01T12:00:00Z");
  }

  @Test
  void saysWhyTheNodeEndedIt() {
    var view =
        new PodView(
            pod(),
            List.of(main(ended(143), null)),
            Optional.of("127.84.17.1"),
            "127.0.0.1",
            NOW,
            true,
            Optional.of(new PodView.Failure("DeadlineExceeded", "too long")));
    var status = PodStatusView.of(view, NOW);
    assertThat(status.getPhase()).isEqualTo("Failed");
    assertThat(status.getReason()).isEqualTo("DeadlineExceeded");
    assertThat(status.getContainerStatuses().getFirst().getState().getTerminated().getExitCode())
        .isEqualTo(143);
  }

  private static PodStatus status(Pod pod, List<ContainerView> containers, boolean over) {
    var address = Optional.of("127.84.17.1");
    return PodStatusView.of(
        new PodView(pod, containers, address, "127.0.0.1", NOW, over, Optional.empty()), NOW);
  }

  private static Pod pod() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("pod")
        .withGeneration(3L)
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .build();
  }

  private static String condition(PodStatus status, String type) {
    return status.getConditions().stream()
        .filter(condition -> condition.getType().equals(type))
        .map(it -> it.getStatus() + " " + it.getReason() + " " + it.getMessage())
        .findFirst()
        .orElseThrow();
  }

  private static String since(PodStatus status) {
    return status.getConditions().stream()
        .filter(condition -> condition.getType().equals("Ready"))
        .findFirst()
        .orElseThrow()
        .getLastTransitionTime();
  }

  private static Ended ended(int exitCode) {
    return new Ended("id", exitCode, exitCode == 0 ? "Completed" : "Error", null, NOW, NOW);
  }

  private static ContainerView main(State state, @Nullable Ended last) {
    return view("main", Role.MAIN, RestartPolicy.ALWAYS, state, last);
  }

  private static ContainerView once(State state) {
    return view("main", Role.MAIN, RestartPolicy.NEVER, state, null);
  }

  private static ContainerView init(State state) {
    return view("init", Role.INIT, RestartPolicy.NEVER, state, null);
  }

  private static ContainerView sidecar(State state) {
    return view("sidecar", Role.SIDECAR, RestartPolicy.NEVER, state, null);
  }

  private static ContainerView view(
      String name, Role role, RestartPolicy policy, State state, @Nullable Ended last) {
    var runs = state instanceof Running;
    return new ContainerView(name, "image", role, policy, state, last, 0, runs, runs, "image");
  }
}
