package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * The tokens of one Pod's ServiceAccount, bound to the Pod, and made anew once four fifths of their
 * life are over.
 */
final class ServiceAccountTokens {
  private static final Duration OLDEST = Duration.ofHours(24);

  private record Token(String text, Instant renewal) {}

  private final KubernetesClient client;
  private final Clock clock;
  private final Map<String, Token> byAudience = new HashMap<>();

  ServiceAccountTokens(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  /** The token for a projection, from the API server when there is none or it is old. */
  String token(Pod pod, ServiceAccountTokenProjection projection) {
    var audience = projection.getAudience() == null ? "" : projection.getAudience();
    var seconds =
        projection.getExpirationSeconds() == null ? 3600L : projection.getExpirationSeconds();
    var key = audience + " " + seconds;
    var known = byAudience.get(key);
    var now = clock.instant();
    if (known != null && now.isBefore(known.renewal)) {
      return known.text;
    }
    var request =
        new TokenRequestBuilder()
            .withNewSpec()
            .withExpirationSeconds(seconds)
            .withNewBoundObjectRef()
            .withApiVersion("v1")
            .withKind("Pod")
            .withName(pod.getMetadata().getName())
            .withUid(pod.getMetadata().getUid())
            .endBoundObjectRef()
            .endSpec()
            .build();
    if (!audience.isEmpty()) {
      request.getSpec().getAudiences().add(audience);
    }
    var status =
        client
            .serviceAccounts()
            .inNamespace(pod.getMetadata().getNamespace())
            .withName(pod.getSpec().getServiceAccountName())
            .tokenRequest(request)
            .getStatus();
    var token =
        new Token(status.getToken(), renewal(now, Instant.parse(status.getExpirationTimestamp())));
    byAudience.put(key, token);
    return token.text;
  }

  /** When a token that was made just now is to be made anew. */
  static Instant renewal(Instant now, Instant expiry) {
    var use = Duration.between(now, expiry).multipliedBy(4).dividedBy(5);
    return now.plus(use.compareTo(OLDEST) > 0 ? OLDEST : use);
  }
}
