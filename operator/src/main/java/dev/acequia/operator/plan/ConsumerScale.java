package dev.acequia.operator.plan;

import dev.acequia.crds.DataPipelineSpec;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many consumers run.
 *
 * @param stopped why none should; null while some should
 */
public record ConsumerScale(int replicas, @Nullable Stop stopped) {
  private static final String SUSPENDED = "Suspended";
  private static final String NO_CONSUMERS = "NoConsumers";

  /** The reasons of a condition that say that none should run. */
  public static final Set<String> STOPPED = Set.of(SUSPENDED, NO_CONSUMERS);

  /**
   * Why no record is loaded.
   *
   * @param reason for the condition
   * @param message what becomes of the records, and what to do
   */
  public record Stop(String reason, String message) {}

  static ConsumerScale of(DataPipelineSpec spec) {
    if (spec.suspend()) {
      return stopped(spec, SUSPENDED, "Suspended", "Set spec.suspend to false");
    }
    return spec.consumer().replicas() == 0
        ? stopped(
            spec,
            NO_CONSUMERS,
            "spec.consumer.replicas is 0, so nothing is loaded",
            "Set spec.consumer.replicas to 1 or more")
        : new ConsumerScale(spec.consumer().replicas(), null);
  }

  private static ConsumerScale stopped(
      DataPipelineSpec spec, String reason, String what, String remedy) {
    return new ConsumerScale(
        0,
        new Stop(
            reason,
            "%s: records stay in the topic and are lost to its retention after %s. %s to load them."
                .formatted(what, spec.topic().retention(), remedy)));
  }
}
