package dev.acequia.local.node;

/**
 * A Pod refers to what does not exist or cannot be used here: its container waits, and the message
 * says for what.
 */
final class UnusableReference extends Exception {
  private static final long serialVersionUID = 1L;

  UnusableReference(String message) {
    super(message);
  }
}
