package dev.acequia.stores.query;

/** The query cannot be asked of this pipeline; the message tells its author what to change. */
public final class InvalidQueryException extends RuntimeException {
  public InvalidQueryException(String message) {
    super(message);
  }
}
