package dev.acequia.local.cli.demo;

import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;

/** The cluster in which a demonstration makes Secrets. */
record SeedCluster(KubernetesClient client) {
  void secret(String name, Map<String, String> values) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .withStringData(values)
                .build())
        .serverSideApply();
  }
}
