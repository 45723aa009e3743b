package dev.acequia.operator;

import dev.acequia.contract.Termination;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.servers.PretendNode;
import io.fabric8.kubernetes.api.model.Pod;

/** What becomes of a pipeline's Pods. */
final class PodFates {
  private PodFates() {}

  /** The process ends and needs a person. */
  static PretendNode.Fate refuse(Termination.Reason reason, String message) {
    return new PretendNode.Fate.Ends(
        Termination.EXIT_CODE, "{\"reason\":\"%s\",\"message\":\"%s\"}".formatted(reason, message));
  }

  static String component(Pod pod) {
    return pod.getMetadata().getLabels().getOrDefault(PipelineNames.COMPONENT_LABEL, "");
  }
}
