package dev.acequia.local.cli.demo;

import com.fasterxml.jackson.core.JacksonException;
import dev.acequia.crds.DataPipeline;
import dev.acequia.local.CommandException;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The demonstration's pipeline in the cluster. */
final class DemoPipeline {
  private static final Duration READY_LIMIT = Duration.ofMinutes(3);
  private static final Duration GONE_LIMIT = Duration.ofMinutes(1);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final List<String> STAGES =
      List.of("TopicReady", "StoreReady", "ConsumerReady", "ApiReady", "Ready");
  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager("acequia-demo")
          .withForce(true)
          .build();

  private final KubernetesClient client;
  private final GenericKubernetesResource manifest;
  private final Screen screen;

  private DemoPipeline(KubernetesClient client, GenericKubernetesResource manifest, Screen screen) {
    this.client = client;
    this.manifest = manifest;
    this.screen = screen;
  }

  /**
   * The pipeline of a file, for the namespace {@code default}.
   *
   * @param store its {@code spec.store} as YAML; null for the file's own
   * @param name its name; null for the file's own
   */
  static DemoPipeline of(
      KubernetesClient client,
      Path file,
      @Nullable String store,
      @Nullable String name,
      Screen screen) {
    var manifest = read(file);
    if (name != null) {
      manifest.getMetadata().setName(name);
    }
    if (store != null) {
      try {
        Map<String, Object> spec = manifest.get("spec");
        spec.put("store", Serialization.yamlMapper().readValue(store, Map.class));
      } catch (JacksonException e) {
        throw new IllegalArgumentException(store, e);
      }
    }
    return new DemoPipeline(client, manifest, screen);
  }

  String name() {
    return manifest.getMetadata().getName();
  }

  boolean exists() {
    return live() != null;
  }

  /** The kind of store that an example names. */
  static String kindOfStore(Path file) {
    return store(read(file)).keySet().iterator().next();
  }

  /**
   * The pipeline of an example at a place of this platform. What the example says of its store
   * beside the place stays.
   *
   * @param place {@code spec.store} as YAML
   */
  static DemoPipeline at(KubernetesClient client, Path file, String place, Screen screen) {
    var manifest = read(file);
    var own = store(manifest);
    try {
      Map<String, Map<String, Object>> given =
          Serialization.yamlMapper().readValue(place, Map.class);
      given.forEach((kind, fields) -> Objects.requireNonNull(own.get(kind)).putAll(fields));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(place, e);
    }
    return new DemoPipeline(client, manifest, screen);
  }

  private static Map<String, Map<String, Object>> store(GenericKubernetesResource manifest) {
    Map<String, Map<String, Map<String, Object>>> spec = manifest.get("spec");
    return Objects.requireNonNull(spec.get("store"), "an example names a store");
  }

  private static GenericKubernetesResource read(Path file) {
    try {
      var manifest =
          Serialization.yamlMapper()
              .readValue(Files.readString(file), GenericKubernetesResource.class);
      manifest.getMetadata().setNamespace("default");
      return manifest;
    } catch (JacksonException e) {
      throw new CommandException(file + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new CommandException(file + ": cannot be read", e);
    }
  }

  /** As {@code kubectl apply} does. */
  void apply() {
    var began = System.nanoTime();
    try {
      client.resource(manifest).patch(APPLY);
    } catch (KubernetesClientException e) {
      throw new CommandException(
          "the cluster refused the pipeline "
              + name()
              + ": "
              + (e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage()),
          e);
    }
    screen.done("applied", "DataPipeline " + name() + " in namespace default", began);
  }

  /**
   * Waits until it is Ready, and shows each stage when it is.
   *
   * @return the endpoint
   * @throws CommandException when only a person can help, or it takes too long
   */
  String awaitReady() throws InterruptedException {
    return awaitReady(STAGES, System.nanoTime());
  }

  /** The same for one pipeline of several, showing no stage but the last. */
  String awaitReady(long beganNanos) throws InterruptedException {
    return awaitReady(List.of("Ready"), beganNanos);
  }

  private String awaitReady(List<String> stages, long began) throws InterruptedException {
    var shown = new HashSet<String>();
    while (true) {
      var pipeline = live();
      for (var stage : stages) {
        if (isTrue(condition(pipeline, stage)) && shown.add(stage)) {
          screen.done(stage, stages.size() > 1 ? "True" : name(), began);
        }
      }
      if (pipeline != null && shown.contains("Ready")) {
        var endpoint = pipeline.getStatus().endpoint();
        if (endpoint != null) {
          return endpoint;
        }
      }
      if (condition(pipeline, "Stalled") instanceof Condition stalled && isTrue(stalled)) {
        throw new CommandException(
            "the pipeline " + name() + " is stalled: " + stalled.getMessage());
      }
      var ready = condition(pipeline, "Ready");
      var why = ready == null ? "the operator to take it up" : "Ready: " + ready.getMessage();
      if (System.nanoTime() - began > READY_LIMIT.toNanos()) {
        throw new CommandException(
            "the pipeline %s is not Ready after 3 min; it waits for %s".formatted(name(), why));
      }
      screen.waitingFor(name() + ": " + why, began);
      Thread.sleep(LOOK); // between two looks, after which the screen says what is awaited
    }
  }

  /** Removes it with its topic and table. */
  void delete() throws InterruptedException {
    var began = System.nanoTime();
    resource()
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"deletionPolicy\":\"Delete\"}}");
    resource().delete();
    while (live() != null) {
      if (System.nanoTime() - began > GONE_LIMIT.toNanos()) {
        throw new CommandException("the pipeline is not gone after 1 min");
      }
      screen.waitingFor("the pipeline to go", began);
      Thread.sleep(LOOK); // between two looks, after which the screen says what is awaited
    }
    screen.done("removed", "the pipeline with its topic and table", began);
  }

  private Resource<DataPipeline> resource() {
    return client.resources(DataPipeline.class).inNamespace("default").withName(name());
  }

  private @Nullable DataPipeline live() {
    return resource().get();
  }

  /** The condition, if it is about the resource as it is now. */
  private static @Nullable Condition condition(@Nullable DataPipeline pipeline, String type) {
    if (pipeline == null || pipeline.getStatus() == null) {
      return null;
    }
    return pipeline.getStatus().conditions().stream()
        .filter(condition -> condition.getType().equals(type))
        .filter(
            condition ->
                Objects.equals(
                    condition.getObservedGeneration(), pipeline.getMetadata().getGeneration()))
        .findFirst()
        .orElse(null);
  }

  private static boolean isTrue(@Nullable Condition condition) {
    return condition != null && condition.getStatus().equals("True");
  }
}
