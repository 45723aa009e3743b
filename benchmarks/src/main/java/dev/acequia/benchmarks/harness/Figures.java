package dev.acequia.benchmarks.harness;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What was measured of one subject in one round. */
public final class Figures {
  private final EnumMap<Metric, Double> values = new EnumMap<>(Metric.class);

  public void put(Metric metric, double value) {
    values.put(metric, value);
  }

  /**
   * A figure that was measured.
   *
   * @throws IllegalStateException when it was not
   */
  public double value(Metric metric) {
    var value = values.get(metric);
    if (value == null) {
      throw new IllegalStateException(metric + " was not measured");
    }
    return value;
  }

  /** A figure that was measured, as the report shows it. */
  public String shown(Metric metric) {
    var value = values.get(metric);
    return value == null ? "-" : metric.shown(value);
  }

  Map<Metric, Double> values() {
    return values;
  }

  /** For progress: {@code per second 1,000, p99 ms 3.0}. */
  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(entry -> entry.getKey().heading() + " " + entry.getKey().shown(entry.getValue()))
        .collect(Collectors.joining(", "));
  }
}
