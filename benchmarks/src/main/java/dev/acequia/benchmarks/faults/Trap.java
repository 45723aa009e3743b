package dev.acequia.benchmarks.faults;

/** What happens to a connection at a moment that somebody waits for. */
@FunctionalInterface
interface Trap {
  /** How it goes on. */
  enum Then {
    /** The message is passed on. */
    PASS,
    /** The connection is cut on both sides; the message never arrives. */
    CUT,
    /** The message is passed on, and the connection is cut when the answer comes. */
    LOSE_ANSWER
  }

  /** Is called before the message is passed on, which waits for the return. */
  Then spring();
}
