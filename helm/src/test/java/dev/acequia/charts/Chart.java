package dev.acequia.charts;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A chart, rendered as {@code helm template acequia -n acequia-system} does.
 *
 * @param valueFiles later ones win, and {@code values} over all
 */
public record Chart(Path folder, List<Path> valueFiles, Map<String, Object> values) {
  public static final Chart CRDS = new Chart(Path.of("acequia-crds"), List.of(), Map.of());

  /** The operator's chart, without the one value that has no default. */
  public static final Chart BARE = new Chart(Path.of("acequia"), List.of(), Map.of());

  public static final Chart OPERATOR =
      BARE.with("platform.kafka.bootstrapServers", "kafka.kafka.svc:9092");

  public Chart with(String path, Object value) {
    var more = new LinkedHashMap<>(values);
    more.put(path, value);
    return new Chart(folder, valueFiles, more);
  }

  /** The chart for these namespaces only. */
  public Chart watching(String... namespaces) {
    var chart = this;
    for (var i = 0; i < namespaces.length; i++) {
      chart = chart.with("watchNamespaces[%d]".formatted(i), namespaces[i]);
    }
    return chart;
  }

  public Chart withValueFile(Path file) {
    return new Chart(folder, Stream.concat(valueFiles.stream(), Stream.of(file)).toList(), values);
  }

  public String render() {
    return render("acequia", "acequia-system");
  }

  /** The chart as a release of this name in this namespace. */
  public String render(String release, String namespace) {
    var template =
        new Helm(folder)
            .template()
            .withName(release)
            .withNamespace(namespace)
            .withKubeVersion("v1.36.3");
    valueFiles.forEach(template::withValuesFile);
    values.forEach(template::set);
    return template.call();
  }

  public List<HasMetadata> objects() {
    return objects(render());
  }

  public List<HasMetadata> objects(String release, String namespace) {
    return objects(render(release, namespace));
  }

  private static List<HasMetadata> objects(String rendered) {
    var serialization = new KubernetesSerialization();
    return Arrays.stream(rendered.split("(?m)^---$"))
        .filter(document -> document.contains("kind:"))
        .map(document -> (HasMetadata) serialization.unmarshal(document))
        .toList();
  }
}
