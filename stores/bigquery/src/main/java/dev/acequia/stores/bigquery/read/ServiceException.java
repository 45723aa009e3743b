package dev.acequia.stores.bigquery.read;

import java.util.Set;

/** The service answered a call with an error. Its words may name project, table and account. */
final class ServiceException extends Exception {
  private static final long serialVersionUID = 1;

  /** https://cloud.google.com/bigquery/docs/error-messages */
  private static final Set<String> PASSING =
      Set.of(
          "backendError",
          "internalError",
          "jobBackendError",
          "jobInternalError",
          "jobRateLimitExceeded",
          "rateLimitExceeded",
          "tableUnavailable");

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int FIRST_OF_SERVER = 500;

  private final int status;
  private final String reason;

  /**
   * As it was answered.
   *
   * @param status of HTTP
   * @param reason as the service names it; empty where it does not
   */
  ServiceException(int status, String reason, String message) {
    super("BigQuery says %d %s: %s".formatted(status, reason, message));
    this.status = status;
    this.reason = reason;
  }

  String reason() {
    return reason;
  }

  int status() {
    return status;
  }

  /** Whether the same call may succeed a moment later. */
  boolean passes() {
    return PASSING.contains(reason) || status == TOO_MANY_REQUESTS || status >= FIRST_OF_SERVER;
  }
}
