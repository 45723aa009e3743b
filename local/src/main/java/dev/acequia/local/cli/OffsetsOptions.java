package dev.acequia.local.cli;

import dev.acequia.crds.DataPipeline;
import dev.acequia.local.cli.offsets.TopicReader;
import dev.acequia.local.cli.offsets.TopicState;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.TopicsPlan;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command about offsets is told, and reads. */
final class OffsetsOptions {
  @Mixin private PipelineOptions pipeline;

  @Option(
      names = "--partition",
      paramLabel = "N",
      description = "This partition only (default: all).")
  private @Nullable Integer partition;

  @Nullable Integer partition() {
    return partition;
  }

  KubernetesClient kubernetes() {
    return pipeline.kubernetes();
  }

  DataPipeline pipeline(KubernetesClient client) {
    return pipeline.in(client);
  }

  /** The topic of a pipeline: as its status says, or as it will be named. */
  TopicState topic(DataPipeline found) throws InterruptedException {
    var status = found.getStatus();
    try (var kafka = new TopicReader(pipeline.kafka())) {
      return kafka.read(
          status == null || status.topic() == null ? TopicsPlan.records(found) : status.topic(),
          PipelineNames.of(found).consumerGroup());
    }
  }
}
