package dev.acequia.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the operator may read what it watches. It asks before an informer does: one that is
 * refused tries for ever, and what the others hold is not the whole without it.
 */
final class WatchRights {
  private static final List<String> VERBS = List.of("list", "watch");

  private final KubernetesClient client;
  private final Collection<Class<? extends HasMetadata>> kinds;

  WatchRights(KubernetesClient client, Collection<Class<? extends HasMetadata>> kinds) {
    this.client = client;
    this.kinds = List.copyOf(kinds);
  }

  /**
   * The first thing that the operator may not do in the namespace, such as {@code it cannot list
   * resource "pods" in API group "" in the namespace "orders"}.
   *
   * @param namespace null: in all
   */
  Optional<String> missing(@Nullable String namespace) {
    for (var kind : kinds) {
      for (var verb : VERBS) {
        if (!isAllowed(verb, kind, namespace)) {
          return Optional.of(
              "it cannot %s resource \"%s\" in API group \"%s\" %s"
                  .formatted(
                      verb,
                      HasMetadata.getPlural(kind),
                      HasMetadata.getGroup(kind),
                      namespace == null
                          ? "at the cluster scope"
                          : "in the namespace \"" + namespace + "\""));
        }
      }
    }
    return Optional.empty();
  }

  private boolean isAllowed(
      String verb, Class<? extends HasMetadata> kind, @Nullable String namespace) {
    var question =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withVerb(verb)
            .withGroup(HasMetadata.getGroup(kind))
            .withResource(HasMetadata.getPlural(kind))
            .withNamespace(namespace)
            .endResourceAttributes()
            .endSpec()
            .build();
    try {
      var answer = client.authorization().v1().selfSubjectAccessReview().create(question);
      return Boolean.TRUE.equals(answer.getStatus().getAllowed());
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return true; // a cluster in which nobody may ask: the informer will be told
      }
      throw e;
    }
  }
}
