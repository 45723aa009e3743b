package dev.acequia.operator.plan;

import dev.acequia.contract.RuntimeVariable;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A value of a Secret that a process reads from a file. An environment variable would show it to
 * whoever may see the process, and the kubelet could put it into another variable.
 *
 * @param variable what the value is; the file bears its name
 * @param secret the Secret's name
 * @param key the value's key in the Secret
 */
record SecretFile(RuntimeVariable variable, String secret, String key) {
  private static final String VOLUME = "store";

  /** One volume with all of these files. */
  static Volume volume(List<SecretFile> files) {
    var items = new LinkedHashMap<String, List<KeyToPath>>();
    for (var file : files) {
      items
          .computeIfAbsent(file.secret(), _ -> new ArrayList<>())
          .add(new KeyToPath(file.key(), null, file.variable().name()));
    }
    return new VolumeBuilder()
        .withName(VOLUME)
        .withNewProjected()
        .withSources(
            items.entrySet().stream()
                .map(
                    secret ->
                        new VolumeProjectionBuilder()
                            .withNewSecret()
                            .withName(secret.getKey())
                            .withItems(secret.getValue())
                            .endSecret()
                            .build())
                .toList())
        .endProjected()
        .build();
  }

  /** The Secret from which one of a Pod's {@link #volume}s has this variable's file. */
  static Optional<String> secretOf(RuntimeVariable variable, List<Volume> volumes) {
    return volumes.stream()
        .filter(volume -> volume.getProjected() != null)
        .flatMap(volume -> volume.getProjected().getSources().stream())
        .map(VolumeProjection::getSecret)
        .filter(
            secret ->
                Stream.ofNullable(secret)
                    .flatMap(found -> found.getItems().stream())
                    .anyMatch(item -> item.getPath().equals(variable.name())))
        .map(secret -> secret.getName())
        .findFirst();
  }
}
