package dev.acequia.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.net.HttpURLConnection;

/** A resource that was deleted while its reconcile was at work, which is no failure. */
final class Gone {
  private Gone() {}

  /** Whether the informer no longer holds it, or the API server said so before the informer. */
  static <R extends HasMetadata> boolean is(R resource, Context<R> context, Exception failure) {
    return context.getPrimaryCache().get(ResourceID.fromResource(resource)).isEmpty()
        || (failure instanceof KubernetesClientException answer && says(answer, resource));
  }

  /** A 404 about anything else, such as a definition of Strimzi's, is a failure. */
  private static boolean says(KubernetesClientException answer, HasMetadata resource) {
    if (answer.getCode() != HttpURLConnection.HTTP_NOT_FOUND || answer.getStatus() == null) {
      return false;
    }
    var details = answer.getStatus().getDetails();
    return isNamed(details, resource.getPlural(), resource.getMetadata().getName())
        || isNamed(details, "namespaces", resource.getMetadata().getNamespace());
  }

  private static boolean isNamed(StatusDetails details, String resources, String name) {
    return details != null && resources.equals(details.getKind()) && name.equals(details.getName());
  }
}
