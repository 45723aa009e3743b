package dev.acequia.operator.plan;

import dev.acequia.crds.DataPipelineSpec;
import org.jspecify.annotations.Nullable;

/**
 * How many consumers run, and why not as many as the spec may lead one to expect.
 *
 * @param note a sentence for the condition; null when the number is just the spec's
 */
public record ConsumerScale(int replicas, boolean suspended, @Nullable String note) {

  static ConsumerScale of(DataPipelineSpec spec, boolean kedaInstalled) {
    if (spec.suspend()) {
      return new ConsumerScale(
          0,
          true,
          "Suspended: records stay in the topic and are lost to its retention after "
              + spec.topic().retention()
              + ". Set spec.suspend to false to load them.");
    }
    var scaling = spec.consumer().scaling();
    if (scaling == null) {
      return new ConsumerScale(spec.consumer().replicas(), false, null);
    }
    var replicas = Math.max(1, scaling.min());
    return new ConsumerScale(
        replicas,
        false,
        (kedaInstalled
                ? "Scaling by lag is not built yet"
                : "Scaling by lag needs KEDA, which this cluster does not have")
            + ": running "
            + replicas
            + ", and spec.consumer.replicas is ignored. Remove spec.consumer.scaling to set the"
            + " number of replicas yourself.");
  }
}
