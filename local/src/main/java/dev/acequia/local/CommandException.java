package dev.acequia.local;

/**
 * A command cannot go on, for a reason that its user can understand: the message is the whole of
 * what is shown, without a stack trace.
 */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what happened and, where there is something to do, what to do. */
  public CommandException(String message) {
    super(message);
  }

  public CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
