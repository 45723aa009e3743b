package dev.acequia.local.platform;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What the platform itself puts into its cluster, by server-side apply. */
final class Cluster {
  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager("acequia-local")
          .withForce(true)
          .build();

  private static final int MANAGEMENT_PORT = 8081;
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);
  private static final Duration POLL = Duration.ofMillis(200);

  private final KubernetesClient client;

  Cluster(KubernetesClient client) {
    this.client = client;
  }

  /** Applies the custom resource definitions, and waits until the API server serves them. */
  void applyDefinitions(String yaml, Duration limit) {
    for (var object : apply(yaml)) {
      if (object instanceof CustomResourceDefinition definition) {
        client
            .resource(definition)
            .waitUntilCondition(Cluster::isEstablished, limit.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  /** Applies every object of a YAML stream, in its order. */
  List<HasMetadata> apply(String yaml) {
    var objects =
        client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items();
    objects.forEach(object -> client.resource(object).patch(APPLY));
    return objects;
  }

  void applyNamespace(String name) {
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .patch(APPLY);
  }

  /** The Secret that pipelines in the namespace {@code default} name as their store. */
  void applyStoreSecret(String name, Map<String, String> values) {
    applySecret("default", name, values);
  }

  void applySecret(String namespace, String name, Map<String, String> values) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .withStringData(values)
                .build())
        .patch(APPLY);
  }

  /** Waits until the Deployment's newest version serves. */
  void awaitAvailable(String namespace, String deployment, Duration limit) {
    client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName(deployment)
        .waitUntilCondition(
            found ->
                found != null
                    && found.getStatus() != null
                    && Objects.equals(
                        found.getStatus().getObservedGeneration(),
                        found.getMetadata().getGeneration())
                    && Objects.equals(
                        found.getStatus().getUpdatedReplicas(), found.getSpec().getReplicas())
                    && Objects.equals(
                        found.getStatus().getAvailableReplicas(), found.getSpec().getReplicas()),
            limit.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /**
   * Waits until a Pod of the Deployment answers that it is ready. After a start the statuses may
   * still be those of the run before, so the Pod itself is asked.
   *
   * @return whether one did, in time
   */
  boolean awaitAnswer(String namespace, String deployment, Duration limit)
      throws InterruptedException {
    var deadline = System.nanoTime() + limit.toNanos();
    var selector =
        client
            .apps()
            .deployments()
            .inNamespace(namespace)
            .withName(deployment)
            .require()
            .getSpec()
            .getSelector();
    try (var http = HttpClient.newHttpClient()) {
      while (System.nanoTime() < deadline) {
        for (var pod :
            client.pods().inNamespace(namespace).withLabelSelector(selector).list().getItems()) {
          if (isReady(pod, http)) {
            return true;
          }
        }
        Thread.sleep(POLL);
      }
    }
    return false;
  }

  private static boolean isReady(Pod pod, HttpClient http) throws InterruptedException {
    var address = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
    if (address == null || pod.getMetadata().getDeletionTimestamp() != null) {
      return false;
    }
    var readiness = "http://%s:%d/health/ready".formatted(address, MANAGEMENT_PORT);
    try {
      return http.send(
                  HttpRequest.newBuilder(URI.create(readiness)).timeout(ANSWER_LIMIT).build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static boolean isEstablished(CustomResourceDefinition definition) {
    return definition != null
        && definition.getStatus() != null
        && definition.getStatus().getConditions() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    condition.getType().equals("Established")
                        && condition.getStatus().equals("True"));
  }
}
