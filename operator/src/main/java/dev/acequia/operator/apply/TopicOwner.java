package dev.acequia.operator.apply;

import dev.acequia.operator.plan.PipelineNames;

/**
 * Whose a topic is. By name and not by uid: no two live resources of a cluster have one name, and a
 * resource that is made again goes on with what its predecessor kept.
 *
 * @param installation the operator's name among all on one Kafka; without a slash
 */
record TopicOwner(String installation, String namespace, String pipeline) {
  static TopicOwner of(String installation, PipelineNames names) {
    return new TopicOwner(installation, names.namespace(), names.pipeline());
  }

  /** For a person. */
  @Override
  public String toString() {
    return "DataPipeline %s/%s of installation %s".formatted(namespace, pipeline, installation);
  }
}
