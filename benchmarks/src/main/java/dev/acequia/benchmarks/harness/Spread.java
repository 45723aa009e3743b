package dev.acequia.benchmarks.harness;

import java.util.Arrays;
import java.util.Collection;

/** A figure over several rounds. */
public record Spread(double median, double min, double max, int rounds) {
  /**
   * Of these values.
   *
   * @throws IllegalArgumentException when there are none
   */
  public static Spread of(Collection<Double> values) {
    return of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Of these values, at least one. */
  public static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("there is no spread of nothing");
    }
    var sorted = values.clone();
    Arrays.sort(sorted);
    var middle = sorted.length / 2;
    var median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
  }

  /** Each figure, divided. */
  public Spread dividedBy(double by) {
    return new Spread(median / by, min / by, max / by, rounds);
  }

  /**
   * A percentile by the nearest rank.
   *
   * @param percent above 0, at most 100
   */
  public static double percentile(double[] values, double percent) {
    if (values.length == 0) {
      throw new IllegalArgumentException("there is no percentile of nothing");
    }
    var sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[Math.max(0, (int) Math.ceil(sorted.length * percent / 100) - 1)];
  }
}
