package dev.acequia.benchmarks.faults;

import java.util.Optional;

/** Inflicts the faults of one family on one pipeline. */
interface FaultFamily {
  /** Why this machine cannot have the fault, and what to do about that; empty when it can. */
  default Optional<String> missing(Fault fault) {
    return Optional.empty();
  }

  /** Does it, and notes it when every partition goes on. */
  void inflict(Fault fault) throws Exception;
}
