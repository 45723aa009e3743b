package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The variables of a container's processes, in the kubelet's order: what the node gives, beneath
 * {@code envFrom}, beneath {@code env}.
 */
final class PodEnvironment {
  private final String namespace;
  private final DownwardFields fields;
  private final ConfigObjects objects;
  private final MountedPaths paths;
  private final Map<String, Map<String, byte[]>> read = new HashMap<>();

  PodEnvironment(
      String namespace, DownwardFields fields, ConfigObjects objects, MountedPaths paths) {
    this.namespace = namespace;
    this.fields = fields;
    this.objects = objects;
    this.paths = paths;
  }

  /**
   * Resolves every variable of the container; values that begin with a mount's path get the real
   * one.
   *
   * @param given what the node gives each process
   * @throws UnusableReference when a ConfigMap, Secret or key that is not optional is missing
   */
  Map<String, String> of(Container container, Map<String, String> given) throws UnusableReference {
    var declared = new LinkedHashMap<String, String>();
    for (var source : container.getEnvFrom()) {
      var prefix = source.getPrefix() == null ? "" : source.getPrefix();
      entries(source)
          .ifPresent(map -> map.forEach((key, bytes) -> declared.put(prefix + key, text(bytes))));
    }
    for (var variable : container.getEnv()) {
      var known = new HashMap<>(given);
      known.putAll(declared);
      value(variable, container, known).ifPresent(value -> declared.put(variable.getName(), value));
    }
    var all = new LinkedHashMap<>(given);
    declared.forEach((name, value) -> all.put(name, paths.rewrite(value)));
    return all;
  }

  private Optional<String> value(EnvVar variable, Container container, Map<String, String> known)
      throws UnusableReference {
    var from = variable.getValueFrom();
    if (from == null || (variable.getValue() != null && !variable.getValue().isEmpty())) {
      var value = variable.getValue() == null ? "" : variable.getValue();
      return Optional.of(VariableReferences.expand(value, known));
    }
    return referred(from, container);
  }

  private Optional<String> referred(EnvVarSource from, Container container)
      throws UnusableReference {
    if (from.getFieldRef() != null) {
      return Optional.of(fields.field(from.getFieldRef().getFieldPath()));
    }
    if (from.getResourceFieldRef() != null) {
      return Optional.of(fields.resource(from.getResourceFieldRef(), container));
    }
    if (from.getConfigMapKeyRef() != null) {
      var ref = from.getConfigMapKeyRef();
      var optional = Boolean.TRUE.equals(ref.getOptional());
      return key(
          configMap(ref.getName(), optional), ref.getKey(), optional, "ConfigMap", ref.getName());
    }
    if (from.getSecretKeyRef() != null) {
      var ref = from.getSecretKeyRef();
      var optional = Boolean.TRUE.equals(ref.getOptional());
      return key(secret(ref.getName(), optional), ref.getKey(), optional, "Secret", ref.getName());
    }
    throw new UnusableReference("unsupported source of an environment variable");
  }

  private Optional<String> key(
      Optional<Map<String, byte[]>> entries, String key, boolean optional, String kind, String name)
      throws UnusableReference {
    if (entries.isEmpty()) {
      return Optional.empty();
    }
    var value = entries.get().get(key);
    if (value == null && !optional) {
      throw new UnusableReference(
          "couldn't find key %s in %s %s/%s".formatted(key, kind, namespace, name));
    }
    return Optional.ofNullable(value).map(PodEnvironment::text);
  }

  private Optional<Map<String, byte[]>> entries(EnvFromSource source) throws UnusableReference {
    if (source.getConfigMapRef() != null) {
      var ref = source.getConfigMapRef();
      return configMap(ref.getName(), Boolean.TRUE.equals(ref.getOptional()));
    }
    if (source.getSecretRef() != null) {
      var ref = source.getSecretRef();
      return secret(ref.getName(), Boolean.TRUE.equals(ref.getOptional()));
    }
    return Optional.empty();
  }

  private Optional<Map<String, byte[]>> configMap(String name, boolean optional)
      throws UnusableReference {
    var cached = Optional.ofNullable(read.get("configmap/" + name));
    var entries = cached.isPresent() ? cached : objects.configMap(namespace, name);
    return required(entries, "configmap", name, optional);
  }

  private Optional<Map<String, byte[]>> secret(String name, boolean optional)
      throws UnusableReference {
    var cached = Optional.ofNullable(read.get("secret/" + name));
    var entries = cached.isPresent() ? cached : objects.secret(namespace, name);
    return required(entries, "secret", name, optional);
  }

  private Optional<Map<String, byte[]>> required(
      Optional<Map<String, byte[]>> entries, String kind, String name, boolean optional)
      throws UnusableReference {
    if (entries.isEmpty() && !optional) {
      throw new UnusableReference("%s \"%s\" not found".formatted(kind, name));
    }
    entries.ifPresent(found -> read.put(kind + "/" + name, found));
    return entries;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
