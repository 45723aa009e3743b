package dev.acequia.benchmarks.harness;

/**
 * What a process and its descendants have used so far.
 *
 * @param cpuSeconds user and system time, of ended descendants too
 * @param peakRssMib the largest resident set there was, summed over the living; pages that they
 *     share count for each
 */
public record ProcessUsage(double cpuSeconds, double peakRssMib) {
  /** The CPU seconds since an earlier look. */
  public double cpuSecondsSince(ProcessUsage before) {
    return cpuSeconds - before.cpuSeconds;
  }
}
