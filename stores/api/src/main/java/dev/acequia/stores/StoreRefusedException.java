package dev.acequia.stores;

/**
 * The store refuses what the process asks for: a table, a column or a right is missing. Unless
 * someone is changing the store just now, only a person can help.
 */
public final class StoreRefusedException extends StoreUnavailableException {
  private static final long serialVersionUID = 1;

  public StoreRefusedException(String message) {
    super(message);
  }

  public StoreRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
