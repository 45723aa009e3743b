package dev.acequia.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.net.HttpURLConnection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A resource that was deleted while its reconcile was at work, which is no failure. Another one of
 * its name may be there already.
 */
final class Gone {
  private Gone() {}

  /** Whether the informer no longer holds it, or the API server said so before the informer. */
  static <R extends HasMetadata> boolean is(R resource, Context<R> context, Exception failure) {
    return context
            .getPrimaryCache()
            .get(ResourceID.fromResource(resource))
            .filter(known -> Objects.equals(uid(known), uid(resource)))
            .isEmpty()
        || (failure instanceof KubernetesClientException answer && says(answer, resource));
  }

  /** A 404 about anything else, such as a definition of Strimzi's, is a failure. */
  private static boolean says(KubernetesClientException answer, HasMetadata resource) {
    if (answer instanceof StatusPatch.OfAnother) {
      return true;
    }
    if (answer.getCode() != HttpURLConnection.HTTP_NOT_FOUND || answer.getStatus() == null) {
      return false;
    }
    var details = answer.getStatus().getDetails();
    return isNamed(details, resource.getPlural(), resource.getMetadata().getName())
        || isNamed(details, "namespaces", resource.getMetadata().getNamespace());
  }

  private static boolean isNamed(@Nullable StatusDetails details, String kind, String name) {
    return details != null && kind.equals(details.getKind()) && name.equals(details.getName());
  }

  private static String uid(HasMetadata resource) {
    return resource.getMetadata().getUid();
  }
}
