package dev.acequia.contract;

/** Only a person can help: the process ends with the termination message it carries. */
public final class TerminationException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Termination termination;

  public TerminationException(Termination.Reason reason, String message) {
    super(message);
    termination = new Termination(reason, message);
  }

  public Termination termination() {
    return termination;
  }
}
