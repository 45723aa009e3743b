package dev.acequia.api.http;

import java.util.Locale;

/** Every kind of trouble a client can meet, with its HTTP status. */
public enum ProblemType {
  INVALID_RECORDS(400, "Records do not fit the schema"),
  INVALID_BODY(400, "The body cannot be read"),
  INVALID_QUERY(400, "The query cannot be asked"),
  QUERY_TOO_COSTLY(400, "The query would read too much"),
  INVALID_REQUEST(400, "The request is malformed"),
  SOURCE_NOT_DECLARED(400, "The pipeline does not declare this source"),
  UNAUTHENTICATED(401, "It is unknown who asks"),
  FORBIDDEN(403, "The caller may not do this"),
  SOURCE_NOT_TRUSTED(403, "The message is not trusted"),
  NOT_FOUND(404, "There is no such thing here"),
  METHOD_NOT_ALLOWED(405, "The method does not apply here"),
  NOT_ACCEPTABLE(406, "None of the accepted formats can be had"),
  BODY_TOO_SLOW(408, "The body comes too slowly"),
  BODY_TOO_LARGE(413, "The body is too large"),
  UNSUPPORTED_MEDIA_TYPE(415, "The body's format is not understood"),
  OFFSET_BEYOND_RESULT(416, "The offset lies beyond the result"),
  IDEMPOTENCY_KEY_REUSED(422, "The Idempotency-Key names another push"),
  RATE_LIMITED(429, "Too many requests"),
  INTERNAL_ERROR(500, "The server failed"),
  UNVERIFIABLE(503, "It cannot be verified now who asks"),
  OVERLOADED(503, "Too much is in flight"),
  NOTHING_STORED(503, "No record was stored"),
  OUTCOME_UNKNOWN(503, "It is unknown which records were stored"),
  STORE_UNAVAILABLE(503, "The store does not answer"),
  QUERY_TOO_SLOW(503, "The query took too long");

  private final int status;
  private final String title;

  ProblemType(int status, String title) {
    this.status = status;
    this.title = title;
  }

  public int status() {
    return status;
  }

  /** The same for every occurrence. */
  public String title() {
    return title;
  }

  /** The {@code type} member: a name, not an address. */
  public String uri() {
    return "urn:acequia:problem:" + code();
  }

  /** The last part of the name alone. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
