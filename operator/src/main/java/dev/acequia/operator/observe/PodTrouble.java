package dev.acequia.operator.observe;

import dev.acequia.contract.Termination;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Why a Pod does not work.
 *
 * @param text for a condition's message
 * @param lastWord what the process itself left for a person; null when it left nothing
 */
record PodTrouble(String text, @Nullable LastWord lastWord) {

  /** Empty for a Pod that is ready, has done its work, or has not had the time to. */
  static Optional<PodTrouble> of(Pod pod) {
    if (pod.getStatus() == null) {
      return Optional.empty();
    }
    return pod.getStatus().getContainerStatuses().stream()
        .flatMap(status -> ofContainer(pod, status).stream())
        .findFirst()
        .or(() -> unschedulable(pod));
  }

  Optional<LastWord> forPerson() {
    return Optional.ofNullable(lastWord);
  }

  private static Optional<PodTrouble> ofContainer(Pod pod, ContainerStatus status) {
    if (Boolean.TRUE.equals(status.getReady())) {
      return Optional.empty();
    }
    var ended =
        Stream.of(status.getState(), status.getLastState())
            .flatMap(
                state -> Optional.ofNullable(state).map(ContainerState::getTerminated).stream())
            .filter(terminated -> terminated.getExitCode() != 0)
            .findFirst();
    if (ended.isPresent()) {
      return Optional.of(ofEnd(pod, ended.get()));
    }
    return Optional.ofNullable(status.getState())
        .map(ContainerState::getWaiting)
        .filter(waiting -> waiting.getReason() != null && !harmless(waiting.getReason()))
        .map(
            waiting ->
                new PodTrouble(
                    "Pod %s: %s%s"
                        .formatted(
                            pod.getMetadata().getName(),
                            waiting.getReason(),
                            waiting.getMessage() == null
                                ? ""
                                : ", " + Quote.plain(waiting.getMessage())),
                    null));
  }

  private static PodTrouble ofEnd(Pod pod, ContainerStateTerminated end) {
    var words = Optional.ofNullable(end.getMessage()).map(String::strip).orElse("");
    var termination =
        end.getExitCode() == Termination.EXIT_CODE ? Termination.parse(words).orElse(null) : null;
    if (termination != null) {
      var lastWord = LastWord.of(pod, termination);
      return new PodTrouble(lastWord.text(), lastWord);
    }
    return new PodTrouble(
        "Pod %s ended with exit code %d%s; see 'kubectl logs -n %s %s'"
            .formatted(
                pod.getMetadata().getName(),
                end.getExitCode(),
                words.isEmpty() ? "" : " and said: " + Quote.of(words),
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName()),
        null);
  }

  private static Optional<PodTrouble> unschedulable(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> "Unschedulable".equals(condition.getReason()))
        .map(PodCondition::getMessage)
        .map(
            message ->
                new PodTrouble(
                    "Pod %s cannot be scheduled: %s"
                        .formatted(pod.getMetadata().getName(), Quote.plain(message)),
                    null))
        .findFirst();
  }

  private static boolean harmless(String waitingReason) {
    return waitingReason.equals("ContainerCreating") || waitingReason.equals("PodInitializing");
  }
}
