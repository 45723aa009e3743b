package dev.acequia.operator.apply;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;

/** A namespace that was deleted: what is in it can be changed and removed, nothing can be made. */
public final class EndingNamespace {
  private EndingNamespace() {}

  /** Whether this is why the API server refused to make an object. */
  public static boolean refuses(KubernetesClientException e) {
    return (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
            && String.valueOf(e.getMessage()).contains("being terminated"))
        || (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
            && e.getStatus() != null
            && e.getStatus().getDetails() != null
            && "namespaces".equals(e.getStatus().getDetails().getKind()));
  }
}
