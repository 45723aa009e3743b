package dev.acequia.benchmarks.ingest;

import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Result;
import dev.acequia.benchmarks.harness.Spread;
import java.util.EnumMap;
import java.util.List;

/** Adds to Acequia's top rates their ratios to the limit of the same mode. */
final class Comparison {
  static final String HTTP = "constant answer by the same Tomcat";
  static final String OURS = "Acequia";

  private Comparison() {}

  static List<Result> of(List<Result> results) {
    return results.stream().map(result -> compared(result, results)).toList();
  }

  private static Result compared(Result result, List<Result> all) {
    if (!result.subject().equals(OURS)) {
      return result;
    }
    var figures = new EnumMap<Metric, Spread>(Metric.class);
    figures.putAll(result.figures());
    var rate = result.figure(Metric.PER_SECOND);
    all.stream()
        .filter(other -> !other.subject().equals(OURS) && other.mode().equals(result.mode()))
        .flatMap(limit -> limit.figure(Metric.PER_SECOND).stream())
        .findFirst()
        .ifPresent(
            limit ->
                rate.ifPresent(
                    ours -> figures.put(Metric.RATIO_TO_LIMIT, ours.dividedBy(limit.median()))));
    return new Result(result.subject(), result.mode(), figures);
  }
}
