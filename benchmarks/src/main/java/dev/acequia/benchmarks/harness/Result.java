package dev.acequia.benchmarks.harness;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What was seen of one subject in one mode.
 *
 * @param mode what it was asked to do, such as {@code append}
 */
public record Result(String subject, String mode, Map<Metric, Spread> figures) {
  public Result {
    var copy = new EnumMap<Metric, Spread>(Metric.class);
    copy.putAll(figures);
    figures = Collections.unmodifiableMap(copy);
  }

  public Optional<Spread> figure(Metric metric) {
    return Optional.ofNullable(figures.get(metric));
  }
}
