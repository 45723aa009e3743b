package dev.acequia.stores.dynamodb.client;

import dev.acequia.stores.StoreUnavailableException;

/** The service has no capacity for a call, however often it was sent. */
final class ThrottledException extends StoreUnavailableException {
  private static final long serialVersionUID = 1;

  ThrottledException(String message) {
    super(message);
  }

  ThrottledException(String message, Throwable cause) {
    super(message, cause);
  }
}
