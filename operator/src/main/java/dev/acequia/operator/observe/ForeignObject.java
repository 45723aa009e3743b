package dev.acequia.operator.observe;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An object in the API that others made, of any size. */
public interface ForeignObject<T> {
  /**
   * Reads it.
   *
   * @return empty when its JSON is longer than {@code mostBytes}
   */
  Optional<Answer<T>> read(int mostBytes);

  /**
   * What the API server answered.
   *
   * @param object null where there is none
   */
  record Answer<T>(@Nullable T object) {}

  /** The object of this kind and name. */
  static <T extends HasMetadata> ForeignObject<T> of(
      KubernetesClient client, Class<T> kind, String namespace, String name) {
    return new BoundedGet<>(client, BoundedGet.path(kind, namespace, name), kind);
  }

  /** The object that has the place of this one. */
  @SuppressWarnings("unchecked")
  static <T extends HasMetadata> ForeignObject<T> inPlaceOf(KubernetesClient client, T object) {
    var metadata = object.getMetadata();
    return of(client, (Class<T>) object.getClass(), metadata.getNamespace(), metadata.getName());
  }
}
