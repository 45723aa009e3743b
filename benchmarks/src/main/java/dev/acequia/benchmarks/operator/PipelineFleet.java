package dev.acequia.benchmarks.operator;

import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.crds.DataPipeline;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The pipelines: those of examples/flights.yaml with one field more, by numbered names. Their
 * topics have one partition, since Kafka would need the machine for more.
 */
final class PipelineFleet implements AutoCloseable {
  static final int FIELDS = 20;
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private final BenchCluster cluster;
  private final Progress progress;
  private final String template;
  private final SharedIndexInformer<DataPipeline> watch;
  private final List<Consumer<DataPipeline>> changes = new CopyOnWriteArrayList<>();
  private final List<Consumer<DataPipeline>> ends = new CopyOnWriteArrayList<>();
  private int size;

  PipelineFleet(BenchCluster cluster, Progress progress) throws IOException {
    this.cluster = cluster;
    this.progress = progress;
    template =
        Files.readString(Workplace.repository().resolve("examples/flights.yaml"))
            .replace("    fields:\n", "    fields:\n      - {name: remark, type: string}\n")
            .replace("  store:\n", "  topic: {partitions: 1}\n  store:\n");
    watch =
        cluster
            .client()
            .resources(DataPipeline.class)
            .inNamespace(BenchCluster.NAMESPACE)
            .inform(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(DataPipeline pipeline) {
                    changes.forEach(listener -> listener.accept(pipeline));
                  }

                  @Override
                  public void onUpdate(DataPipeline before, DataPipeline now) {
                    changes.forEach(listener -> listener.accept(now));
                  }

                  @Override
                  public void onDelete(DataPipeline pipeline, boolean finalStateUnknown) {
                    ends.forEach(listener -> listener.accept(pipeline));
                  }
                });
  }

  static String name(int number) {
    return String.format(Locale.ROOT, "flights-%04d", number);
  }

  static boolean isReady(DataPipeline pipeline) {
    return pipeline.getStatus() != null
        && pipeline.getMetadata().getGeneration().equals(pipeline.getStatus().observedGeneration())
        && pipeline.getStatus().conditions().stream()
            .anyMatch(one -> one.getType().equals("Ready") && one.getStatus().equals("True"));
  }

  /** Creates what is missing of so many, and waits until all are Ready. */
  void growTo(int wanted) throws InterruptedException {
    progress.say("the fleet grows from %,d to %,d pipelines", size, wanted);
    while (size < wanted) {
      create(name(size++));
    }
    awaitAll("Ready", PipelineFleet::isReady);
  }

  /** Waits until as many pipelines as were created are so. */
  void awaitAll(String how, Predicate<DataPipeline> isSo) throws InterruptedException {
    Patience.until(
        "all %,d pipelines are %s".formatted(size, how),
        Duration.ofSeconds(120).plus(Duration.ofSeconds(3).multipliedBy(size)),
        () -> watch.getStore().list().stream().filter(isSo).count() >= size);
  }

  /**
   * Tells of each change from now on.
   *
   * @return ends it
   */
  Runnable onChange(Consumer<DataPipeline> listener) {
    changes.add(listener);
    return () -> changes.remove(listener);
  }

  void onEnd(Consumer<DataPipeline> listener) {
    ends.add(listener);
  }

  /** As kubectl apply does, which leaves a copy in an annotation. */
  void create(String name) {
    var pipeline = Serialization.unmarshal(template, DataPipeline.class);
    pipeline.setMetadata(
        new ObjectMetaBuilder().withName(name).withNamespace(BenchCluster.NAMESPACE).build());
    var applied = Serialization.asJson(pipeline);
    pipeline.getMetadata().getAnnotations().put(LAST_APPLIED, applied);
    cluster.client().resource(pipeline).create();
  }

  void suspend(String name) {
    cluster
        .client()
        .resources(DataPipeline.class)
        .inNamespace(BenchCluster.NAMESPACE)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"suspend\":true}}");
  }

  void delete(String name) {
    cluster
        .client()
        .resources(DataPipeline.class)
        .inNamespace(BenchCluster.NAMESPACE)
        .withName(name)
        .delete();
  }

  @Override
  public void close() {
    watch.close();
  }
}
