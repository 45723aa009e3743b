package dev.acequia.servers.bigquery;

/** What the service refuses, in its own words. */
final class ServiceException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String reason;

  private ServiceException(int status, String reason, String message) {
    super(message);
    this.status = status;
    this.reason = reason;
  }

  static ServiceException invalidQuery(String message) {
    return new ServiceException(400, "invalidQuery", message);
  }

  static ServiceException invalid(String message) {
    return new ServiceException(400, "invalid", message);
  }

  static ServiceException tooCostly(long limit, long needed) {
    return new ServiceException(
        400,
        "bytesBilledLimitExceeded",
        "Query exceeded limit for bytes billed: %d. %d or higher required."
            .formatted(limit, needed));
  }

  static ServiceException notFound(String what, String name) {
    return new ServiceException(404, "notFound", "Not found: %s %s".formatted(what, name));
  }

  static ServiceException duplicate(String what, String name) {
    return new ServiceException(409, "duplicate", "Already Exists: %s %s".formatted(what, name));
  }

  static ServiceException unavailable() {
    return new ServiceException(
        503, "backendError", "Error encountered during execution. Retrying may solve the problem.");
  }

  static ServiceException conflict() {
    return invalidQuery(
        "Could not serialize access to table due to concurrent update; please rewrite your query");
  }

  static ServiceException throttled() {
    return new ServiceException(
        403,
        "rateLimitExceeded",
        "Exceeded rate limits: too many api requests per user per method");
  }

  /** Of HTTP. */
  int status() {
    return status;
  }

  /** As https://cloud.google.com/bigquery/docs/error-messages has it. */
  String reason() {
    return reason;
  }
}
