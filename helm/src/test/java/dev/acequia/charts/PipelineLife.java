package dev.acequia.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What people do with pipelines of one namespace, step by step. */
record PipelineLife(KubernetesClient client, AuditLog audit, String namespace) {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final String PIPELINE =
      """
      apiVersion: acequia.dev/v1alpha1
      kind: DataPipeline
      metadata: {name: %s, namespace: %s}
      spec:
        deletionPolicy: Delete
        schema: {fields: [{name: flight, type: int32, required: true}]}
        store: {postgres: {secretName: warehouse}}
        topic: {partitions: 1}
        api: {auth: {apiKeysSecretName: keys}}
      """;

  void createNamespace() {
    apply(
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: %s}
        """
            .formatted(namespace));
    apply(
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: warehouse, namespace: %s}
        stringData: {uri: "postgresql://127.0.0.1:5432/warehouse", username: admin, password: secret}
        """
            .formatted(namespace));
    changeKeys("first");
  }

  void create(String pipeline) {
    apply(PIPELINE.formatted(pipeline, namespace));
  }

  void changeKeys(String value) {
    apply(
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: keys, namespace: %s}
        stringData: {%s: "{}"}
        """
            .formatted(namespace, value));
  }

  /** Whether it serves; that nobody has a key is another matter. */
  void awaitServing(String pipeline) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(condition(pipeline, "ConsumerReady")).startsWith("True");
              assertThat(condition(pipeline, "StoreReady")).startsWith("True");
              assertThat(client.apps().deployments().inNamespace(namespace).list().getItems())
                  .hasSize(2);
            });
  }

  void awaitCondition(String pipeline, String type, String part) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(condition(pipeline, type)).contains(part));
  }

  void awaitCall(long place, String verb, String resource) {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                audit.since(place).stream()
                    .anyMatch(
                        call ->
                            call.verb().equals(verb)
                                && call.resource().equals(resource)
                                && call.namespace().equals(namespace)));
  }

  void addField(String pipeline) {
    merge(
        pipeline,
        """
        {"spec":{"schema":{"fields":[
          {"name":"flight","type":"int32","required":true},{"name":"dest","type":"string"}]}}}
        """);
  }

  void replay(String pipeline) {
    apply(
        """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipelineReplay
        metadata: {name: again, namespace: %s}
        spec: {pipeline: %s, from: {earliest: true}}
        """
            .formatted(namespace, pipeline));
  }

  void endReplay() {
    client.resources(DataPipelineReplay.class).inNamespace(namespace).withName("again").delete();
  }

  /** No Pod may be made from now on. */
  void forbidPods() {
    apply(
        """
        apiVersion: v1
        kind: ResourceQuota
        metadata: {name: none, namespace: %s}
        spec: {hard: {pods: "0"}}
        """
            .formatted(namespace));
  }

  void allowPods() {
    client.resourceQuotas().inNamespace(namespace).withName("none").delete();
  }

  /**
   * While no operator is there, puts something of somebody else's in the place of each kind. A
   * Job's name changes with the Secrets, so nobody can take it before.
   */
  Map<String, HasMetadata> takeNames() {
    var template =
        "template: {metadata: {labels: {app: other}}, spec: {restartPolicy: %s, containers: [{name: other, image: other}]}}";
    var taken = new LinkedHashMap<String, HasMetadata>();
    take(taken, "serviceaccounts", "v1", "ServiceAccount", "");
    take(taken, "secrets", "v1", "Secret", "");
    take(taken, "services", "v1", "Service", "spec: {ports: [{port: 80}]}");
    take(taken, "configmaps", "v1", "ConfigMap", "");
    take(
        taken,
        "deployments",
        "apps/v1",
        "Deployment",
        "spec: {replicas: 0, selector: {matchLabels: {app: other}}, %s}"
            .formatted(template.formatted("Always")));
    return taken;
  }

  private void take(
      Map<String, HasMetadata> taken, String resource, String version, String kind, String spec) {
    var objects = client.genericKubernetesResources(version, kind).inNamespace(namespace);
    var own = objects.withLabelSelector(PipelineNames.OWN_OBJECTS).list().getItems().getFirst();
    var name = own.getMetadata().getName();
    objects.withName(name).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
    await().atMost(LIMIT).until(() -> objects.withName(name).get() == null);
    apply(
        """
        apiVersion: %s
        kind: %s
        metadata: {name: %s, namespace: %s}
        %s
        """
            .formatted(version, kind, name, namespace, spec));
    taken.put(resource, objects.withName(name).get());
  }

  /** Gives the names back in the order in which the operator finds them taken. */
  void giveNamesBack(String pipeline, Map<String, HasMetadata> taken, long place) {
    var left = new LinkedHashMap<>(taken);
    while (!left.isEmpty()) {
      var found =
          await()
              .atMost(LIMIT)
              .until(() -> asked(left, place).findFirst().orElse(null), Objects::nonNull);
      client.resource(Objects.requireNonNull(left.remove(found))).delete();
      merge(
          pipeline,
          "{\"metadata\":{\"annotations\":{\"names-left\":\"%d\"}}}".formatted(left.size()));
    }
  }

  private Stream<String> asked(Map<String, HasMetadata> left, long place) {
    return audit.since(place).stream()
        .filter(call -> call.verb().equals("get"))
        .filter(
            call ->
                left.containsKey(call.resource())
                    && Objects.requireNonNull(left.get(call.resource()))
                        .getMetadata()
                        .getName()
                        .equals(call.name()))
        .map(AuditLog.Call::resource);
  }

  void delete(String pipeline) {
    client.resources(DataPipeline.class).inNamespace(namespace).withName(pipeline).delete();
    await().atMost(LIMIT).until(() -> find(pipeline).isEmpty());
  }

  Optional<DataPipeline> find(String pipeline) {
    return Optional.ofNullable(
        client.resources(DataPipeline.class).inNamespace(namespace).withName(pipeline).get());
  }

  private String condition(String pipeline, String type) {
    return find(pipeline)
        .map(DataPipeline::getStatus)
        .map(DataPipelineStatus::conditions)
        .flatMap(all -> all.stream().filter(one -> one.getType().equals(type)).findFirst())
        .map(PipelineLife::words)
        .orElse("");
  }

  private static String words(Condition condition) {
    return String.join(" ", condition.getStatus(), condition.getReason(), condition.getMessage());
  }

  private void merge(String pipeline, String patch) {
    client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .withName(pipeline)
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  private void apply(String yaml) {
    client
        .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
        .items()
        .forEach(object -> client.resource(object).forceConflicts().serverSideApply());
  }
}
