package dev.acequia.charts;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Strimzi's part for one pipeline: it answers for topics and makes the user's Secret. */
record Strimzi(KubernetesClient client, String namespace) {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String GROUP = "kafka.strimzi.io";
  private static final String VERSION = "v1";

  /** Makes definitions that take any fields. */
  void define() {
    for (var kind : List.of("KafkaTopic", "KafkaUser")) {
      client.resource(definition(kind)).serverSideApply();
      await().atMost(LIMIT).ignoreExceptions().until(() -> resources(kind).list() != null);
    }
  }

  private static HasMetadata definition(String kind) {
    var singular = kind.toLowerCase(Locale.ROOT);
    return new KubernetesSerialization()
        .unmarshal(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: %2$ss.%3$s}
            spec:
              group: %3$s
              scope: Namespaced
              names: {kind: %1$s, plural: %2$ss, singular: %2$s}
              versions:
              - name: %4$s
                served: true
                storage: true
                subresources: {status: {}}
                schema:
                  openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
            """
                .formatted(kind, singular, GROUP, VERSION));
  }

  /** Waits until the operator asks for these topics and a user, and serves them. */
  void serve(Set<String> topics) {
    secret("main-cluster-ca-cert", "ca.crt");
    for (var name : topics) {
      await()
          .atMost(LIMIT)
          .ignoreExceptions()
          .until(() -> resources("KafkaTopic").withName(name).get() != null);
      resources("KafkaTopic").withName(name).editStatus(topic -> answered(topic));
    }
    await().atMost(LIMIT).until(() -> !resources("KafkaUser").list().getItems().isEmpty());
    secret(resources("KafkaUser").list().getItems().getFirst().getMetadata().getName(), "password");
  }

  private static GenericKubernetesResource answered(GenericKubernetesResource topic) {
    topic.setAdditionalProperty(
        "status",
        Map.of(
            "topicId",
            "AAAAAAAAAAAAAAAAAAAAAQ",
            "observedGeneration",
            topic.getMetadata().getGeneration(),
            "conditions",
            List.of(Map.of("type", "Ready", "status", "True"))));
    return topic;
  }

  private void secret(String name, String key) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .addToStringData(key, "-----BEGIN CERTIFICATE-----\nx\n")
                .build())
        .serverSideApply();
  }

  private NonNamespaceOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      resources(String kind) {
    return client.genericKubernetesResources(GROUP + "/" + VERSION, kind).inNamespace(namespace);
  }
}
