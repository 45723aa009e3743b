package dev.acequia.api.access;

/** What became of making out who sent a request. */
sealed interface Identity {
  record Known(Principal principal) implements Identity {}

  /**
   * Nobody who may do anything.
   *
   * @param reason for the log, never for the caller, and without anything secret
   */
  record Unknown(String reason) implements Identity {}

  /**
   * Nobody can say: whoever vouches for it does not answer.
   *
   * @param reason for the log
   */
  record Unverifiable(String reason) implements Identity {}
}
