package dev.acequia.operator;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;

/** A right without which the operator cannot start. */
final class MissingRight extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param missing a sentence, such as of {@link #sentence}
   */
  MissingRight(String missing) {
    super(missing);
  }

  /** What is missing and what to do, a sentence; empty when that is not why it failed. */
  static Optional<String> behind(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof MissingRight missing) {
        return Optional.of(String.valueOf(missing.getMessage()));
      }
      if (cause instanceof KubernetesClientException answer
          && answer.getCode() == HttpURLConnection.HTTP_FORBIDDEN
          && answer.getStatus() != null) {
        return Optional.of(sentence(answer.getStatus().getMessage()));
      }
    }
    return Optional.empty();
  }

  /**
   * What is missing and what to do.
   *
   * @param refusal what the operator cannot do, such as in the API server's own words
   */
  static String sentence(String refusal) {
    return "The operator lacks a right: %s. The chart makes a Role for each of watchNamespaces, or one ClusterRole when that is empty: upgrade the release with the same values that this operator was started with"
        .formatted(refusal);
  }
}
