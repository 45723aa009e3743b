package dev.acequia.stores;

/**
 * The store cannot do the work now: it is down, busy, read-only, out of space, or refuses the
 * process. No record's fault; try again later.
 */
public class StoreUnavailableException extends Exception {
  private static final long serialVersionUID = 1;

  public StoreUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }

  public StoreUnavailableException(String message) {
    super(message);
  }
}
