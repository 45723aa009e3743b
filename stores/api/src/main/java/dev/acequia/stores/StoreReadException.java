package dev.acequia.stores;

/** The store did not answer a query. */
public final class StoreReadException extends Exception {
  /** What kept it. */
  public enum Reason {
    /** It cannot be reached, or is starting or stopping. */
    UNAVAILABLE,
    /** All connections of this process were in use for too long. */
    BUSY,
    /** The query took longer than it may. */
    TOO_SLOW,
    /** It would take more than it may, and was not begun; the message says what would help. */
    TOO_COSTLY,
    /** A row of its result is larger than what is read; the message says how large one may be. */
    TOO_LARGE,
    /** A value that it asks for cannot be computed; the message says which. */
    IMPOSSIBLE,
    /** It refused the query, which is our fault or that of a table that was changed by hand. */
    REFUSED
  }

  private final Reason reason;

  public StoreReadException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public StoreReadException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
