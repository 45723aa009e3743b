package dev.acequia.local.cli;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Which pipeline a command is about, in which cluster and with which Kafka. */
final class PipelineOptions {
  @Mixin private ClusterOptions cluster;

  @Parameters(paramLabel = "PIPELINE", description = "The pipeline's name.")
  private String name;

  String name() {
    return name;
  }

  /** The options that name the same pipeline in another command, such as {@code flights -n ops}. */
  String inOtherCommands() {
    return cluster.givenNamespace().map(namespace -> name + " -n " + namespace).orElse(name);
  }

  KubernetesClient kubernetes() {
    return cluster.kubernetes();
  }

  /** The pipeline as it stands in the cluster. */
  DataPipeline in(KubernetesClient client) {
    return cluster.pipeline(client, name);
  }

  /** The pipeline's names, for which no cluster is asked. */
  PipelineNames names() {
    return new PipelineNames(cluster.namespaceWithoutAsking(), name);
  }

  /** Settings of a client of Kafka. */
  Map<String, Object> kafka() {
    return cluster.kafka();
  }
}
