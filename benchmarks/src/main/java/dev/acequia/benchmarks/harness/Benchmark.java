package dev.acequia.benchmarks.harness;

/** Does the work and measures it. */
@FunctionalInterface
public interface Benchmark {
  /**
   * Runs all rounds.
   *
   * @param progress hears what is being done
   */
  Report run(Progress progress) throws Exception;
}
