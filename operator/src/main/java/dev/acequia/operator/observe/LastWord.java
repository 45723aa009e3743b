package dev.acequia.operator.observe;

import dev.acequia.contract.Termination;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.Pod;

/**
 * What a Pod's process left before it ended for want of a person. What runs in a Pod may write
 * anything there, so it is shown as the Pod's, and what to do is said by the reason alone.
 *
 * @param reason one of ours
 * @param text a sentence that names the Pod and quotes it
 */
public record LastWord(Termination.Reason reason, String text) {

  static LastWord of(Pod pod, Termination termination) {
    return new LastWord(
        termination.reason(),
        "The %s Pod %s said: %s"
            .formatted(
                component(pod), pod.getMetadata().getName(), Quote.of(termination.message())));
  }

  private static String component(Pod pod) {
    return switch (pod.getMetadata().getLabels().get(PipelineNames.COMPONENT_LABEL)) {
      case "api" -> "API";
      case "consumer" -> "consumer";
      case "migration" -> "migration";
      case null, default -> "pipeline's";
    };
  }
}
