package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The ConfigMaps and Secrets that Pods refer to, by key, as bytes. */
interface ConfigObjects {
  /** The ConfigMap's entries; empty when there is none of that name. */
  Optional<Map<String, byte[]>> configMap(String namespace, String name);

  /** The Secret's entries; empty when there is none of that name. */
  Optional<Map<String, byte[]>> secret(String namespace, String name);

  /** Reads them from the API server each time. */
  static ConfigObjects of(KubernetesClient client) {
    return new ConfigObjects() {
      @Override
      public Optional<Map<String, byte[]>> configMap(String namespace, String name) {
        return Optional.ofNullable(client.configMaps().inNamespace(namespace).withName(name).get())
            .map(ConfigObjects::entries);
      }

      @Override
      public Optional<Map<String, byte[]>> secret(String namespace, String name) {
        return Optional.ofNullable(client.secrets().inNamespace(namespace).withName(name).get())
            .map(ConfigObjects::entries);
      }
    };
  }

  private static Map<String, byte[]> entries(ConfigMap configMap) {
    var entries = new HashMap<String, byte[]>();
    if (configMap.getData() != null) {
      configMap
          .getData()
          .forEach((key, value) -> entries.put(key, value.getBytes(StandardCharsets.UTF_8)));
    }
    addDecoded(configMap.getBinaryData(), entries);
    return entries;
  }

  private static Map<String, byte[]> entries(Secret secret) {
    var entries = new HashMap<String, byte[]>();
    addDecoded(secret.getData(), entries);
    return entries;
  }

  private static void addDecoded(
      @org.jspecify.annotations.Nullable Map<String, String> encoded, Map<String, byte[]> entries) {
    if (encoded != null) {
      encoded.forEach((key, value) -> entries.put(key, Base64.getDecoder().decode(value)));
    }
  }
}
