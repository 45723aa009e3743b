package dev.acequia.benchmarks.harness;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

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

  /** The best median rate in this mode of the subjects whose names begin like this. */
  public static OptionalDouble bestRate(List<Result> all, String subject, String mode) {
    return all.stream()
        .filter(result -> result.subject().startsWith(subject) && result.mode().equals(mode))
        .flatMap(result -> result.figure(Metric.PER_SECOND).stream())
        .mapToDouble(Spread::median)
        .max();
  }

  public Optional<Spread> figure(Metric metric) {
    return Optional.ofNullable(figures.get(metric));
  }
}
