package dev.acequia.charts;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A chart of this folder, rendered as {@code helm template acequia -n acequia-system} does. */
record Chart(Path folder, Map<String, Object> values) {
  static final Chart CRDS = new Chart(Path.of("acequia-crds"), Map.of());

  /** The operator's chart with the one value that has no default. */
  static final Chart OPERATOR =
      new Chart(
          Path.of("acequia"), Map.of("platform.kafka.bootstrapServers", "kafka.kafka.svc:9092"));

  Chart with(String path, Object value) {
    var more = new LinkedHashMap<>(values);
    more.put(path, value);
    return new Chart(folder, more);
  }

  String render() {
    var template =
        new Helm(folder)
            .template()
            .withName("acequia")
            .withNamespace("acequia-system")
            .withKubeVersion("v1.36.3");
    values.forEach(template::set);
    return template.call();
  }

  List<HasMetadata> objects() {
    var serialization = new KubernetesSerialization();
    return Arrays.stream(render().split("(?m)^---$"))
        .filter(document -> document.contains("kind:"))
        .map(document -> (HasMetadata) serialization.unmarshal(document))
        .toList();
  }
}
