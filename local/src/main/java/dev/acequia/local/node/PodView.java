package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a Pod at a moment.
 *
 * @param pod as the API server has it
 * @param containers first those of {@code initContainers}, then those of {@code containers}
 * @param address empty before it has one
 * @param startedAt when the node took it on
 * @param over whether nothing of it runs, or ever will again
 * @param failure why the node itself ended it
 */
record PodView(
    Pod pod,
    List<ContainerView> containers,
    Optional<String> address,
    String hostAddress,
    Instant startedAt,
    boolean over,
    Optional<Failure> failure) {

  /** Why the node ended a Pod. */
  record Failure(String reason, String message) {}

  PodView {
    containers = List.copyOf(containers);
  }

  /** Whether no init container holds up the others. */
  boolean isPastInit() {
    return isInitialized()
        || containers.stream()
            .filter(container -> container.role() == ContainerView.Role.INIT)
            .allMatch(
                init -> init.state() instanceof ContainerView.Ended ended && ended.exitCode() == 0);
  }

  /** Whether its containers proper have ever been started. */
  boolean isInitialized() {
    return containers.stream()
        .filter(container -> container.role() == ContainerView.Role.MAIN)
        .anyMatch(
            container ->
                container.last() != null || !(container.state() instanceof ContainerView.Waiting));
  }
}
