package dev.acequia.api.ingest;

import dev.acequia.api.bounds.ByteBudget;

/** Budgets for tests. */
final class Memory {
  private Memory() {}

  /** More than any test takes. */
  static BodyMemory ample() {
    return of(100 << 20);
  }

  static BodyMemory of(long bytes) {
    return new BodyMemory(new BodyMemory.Budgets(new ByteBudget(bytes), new ByteBudget(32 << 20)));
  }
}
