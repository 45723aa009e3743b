package dev.acequia.benchmarks.harness;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of all rounds, gathered by subject and mode in the order they came first. */
public final class Rounds {
  private record Name(String subject, String mode) {}

  private final Map<Name, Map<Metric, List<Double>>> seen = new LinkedHashMap<>();

  public void add(String subject, String mode, Figures figures) {
    var all = seen.computeIfAbsent(new Name(subject, mode), _ -> new EnumMap<>(Metric.class));
    figures
        .values()
        .forEach((metric, value) -> all.computeIfAbsent(metric, _ -> new ArrayList<>()).add(value));
  }

  /** Medians and ranges. */
  public List<Result> results() {
    var results = new ArrayList<Result>();
    seen.forEach(
        (name, figures) -> {
          var spreads = new EnumMap<Metric, Spread>(Metric.class);
          figures.forEach((metric, values) -> spreads.put(metric, Spread.of(values)));
          results.add(new Result(name.subject(), name.mode(), spreads));
        });
    return results;
  }
}
