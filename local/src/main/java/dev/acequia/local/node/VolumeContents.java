package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of a Pod's volumes, by their path within the volume. */
final class VolumeContents {
  private static final int DEFAULT_MODE = 0644;

  private final Pod pod;
  private final DownwardFields fields;
  private final ConfigObjects objects;
  private final ServiceAccountTokens tokens;

  VolumeContents(
      Pod pod, DownwardFields fields, ConfigObjects objects, ServiceAccountTokens tokens) {
    this.pod = pod;
    this.fields = fields;
    this.objects = objects;
    this.tokens = tokens;
  }

  /**
   * The volume's files as they should be now; empty for a volume that belongs to the Pod, not to
   * the node, and starts without files.
   *
   * @throws UnusableReference when what it refers to is missing, or the kind is not supported
   */
  Optional<Map<String, VolumeFile>> of(Volume volume) throws UnusableReference {
    var files = new HashMap<String, VolumeFile>();
    if (volume.getEmptyDir() != null) {
      return Optional.empty();
    } else if (volume.getConfigMap() != null) {
      var source = volume.getConfigMap();
      var entries = configMap(source.getName(), source.getOptional());
      add(files, entries, source.getItems(), source.getDefaultMode(), source.getOptional());
    } else if (volume.getSecret() != null) {
      var source = volume.getSecret();
      var entries = secret(source.getSecretName(), source.getOptional());
      add(files, entries, source.getItems(), source.getDefaultMode(), source.getOptional());
    } else if (volume.getDownwardAPI() != null) {
      var source = volume.getDownwardAPI();
      addFields(files, source.getItems(), source.getDefaultMode());
    } else if (volume.getProjected() != null) {
      addProjected(files, volume.getProjected());
    } else {
      throw new UnusableReference(
          "the local node has only volumes of the kinds configMap, secret, projected, downwardAPI"
              + " and emptyDir");
    }
    return Optional.of(files);
  }

  private void addProjected(Map<String, VolumeFile> files, ProjectedVolumeSource source)
      throws UnusableReference {
    for (var projection : source.getSources()) {
      addProjection(files, projection, source.getDefaultMode());
    }
  }

  private void addProjection(
      Map<String, VolumeFile> files, VolumeProjection projection, @Nullable Integer mode)
      throws UnusableReference {
    if (projection.getServiceAccountToken() != null) {
      var source = projection.getServiceAccountToken();
      var token = tokens.token(pod, source).getBytes(StandardCharsets.UTF_8);
      files.put(source.getPath(), new VolumeFile(token, 0600));
    } else if (projection.getConfigMap() != null) {
      var source = projection.getConfigMap();
      var entries = configMap(source.getName(), source.getOptional());
      add(files, entries, source.getItems(), mode, source.getOptional());
    } else if (projection.getSecret() != null) {
      var source = projection.getSecret();
      var entries = secret(source.getName(), source.getOptional());
      add(files, entries, source.getItems(), mode, source.getOptional());
    } else if (projection.getDownwardAPI() != null) {
      addFields(files, projection.getDownwardAPI().getItems(), mode);
    } else {
      throw new UnusableReference("the local node does not support this source of a projection");
    }
  }

  private Map<String, byte[]> configMap(String name, @Nullable Boolean optional)
      throws UnusableReference {
    var namespace = pod.getMetadata().getNamespace();
    return required(objects.configMap(namespace, name), "configmap", name, optional);
  }

  private Map<String, byte[]> secret(String name, @Nullable Boolean optional)
      throws UnusableReference {
    var namespace = pod.getMetadata().getNamespace();
    return required(objects.secret(namespace, name), "secret", name, optional);
  }

  private static Map<String, byte[]> required(
      Optional<Map<String, byte[]>> entries, String kind, String name, @Nullable Boolean optional)
      throws UnusableReference {
    if (entries.isEmpty() && !Boolean.TRUE.equals(optional)) {
      throw new UnusableReference("%s \"%s\" not found".formatted(kind, name));
    }
    return entries.orElse(Map.of());
  }

  private static void add(
      Map<String, VolumeFile> files,
      Map<String, byte[]> entries,
      @Nullable List<KeyToPath> items,
      @Nullable Integer defaultMode,
      @Nullable Boolean optional)
      throws UnusableReference {
    var mode = defaultMode == null ? DEFAULT_MODE : defaultMode;
    if (items == null || items.isEmpty()) {
      entries.forEach((key, bytes) -> files.put(key, new VolumeFile(bytes, mode)));
      return;
    }
    for (var item : items) {
      var bytes = entries.get(item.getKey());
      if (bytes != null) {
        var own = item.getMode() == null ? mode : item.getMode();
        files.put(item.getPath(), new VolumeFile(bytes, own));
      } else if (!Boolean.TRUE.equals(optional)) {
        throw new UnusableReference("references non-existent config key: " + item.getKey());
      }
    }
  }

  private void addFields(
      Map<String, VolumeFile> files,
      List<DownwardAPIVolumeFile> items,
      @Nullable Integer defaultMode)
      throws UnusableReference {
    for (var item : items) {
      var text =
          item.getFieldRef() != null
              ? fields.field(item.getFieldRef().getFieldPath())
              : fields.resource(
                  item.getResourceFieldRef(), pod.getSpec().getContainers().getFirst());
      var mode = item.getMode() != null ? item.getMode() : defaultMode;
      files.put(
          item.getPath(),
          new VolumeFile(
              text.getBytes(StandardCharsets.UTF_8), mode == null ? DEFAULT_MODE : mode));
    }
  }
}
