package dev.acequia.local.cli;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.PipelineNames;

/** The topic of a pipeline: as its status says, or as it will be named. */
final class PipelineTopic {
  private PipelineTopic() {}

  static String of(DataPipeline pipeline) {
    var status = pipeline.getStatus();
    return status == null || status.topic() == null
        ? PipelineNames.of(pipeline).topic()
        : status.topic();
  }
}
