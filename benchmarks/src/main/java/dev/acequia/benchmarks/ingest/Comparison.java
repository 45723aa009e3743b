package dev.acequia.benchmarks.ingest;

import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Result;
import dev.acequia.benchmarks.harness.Spread;
import java.util.EnumMap;
import java.util.List;

/**
 * Adds to Acequia's top rates their ratios to the limit of the same mode, and to a controller that
 * does nothing.
 */
final class Comparison {
  static final String HTTP = "constant answer by the same Tomcat";
  static final String CONTROLLER = "constant answer by a Spring controller";
  static final String OURS = "Acequia";

  /** Ends the name of a mode whose rate was given, so that there is nothing to compare. */
  static final String STEADY = ", at 90 % of that";

  private Comparison() {}

  static List<Result> of(List<Result> results) {
    return results.stream().map(result -> compared(result, results)).toList();
  }

  private static Result compared(Result result, List<Result> all) {
    if (!result.subject().equals(OURS) || result.mode().endsWith(STEADY)) {
      return result;
    }
    var figures = new EnumMap<Metric, Spread>(Metric.class);
    figures.putAll(result.figures());
    var rate = result.figure(Metric.PER_SECOND);
    rate.ifPresent(
        ours -> {
          for (var limit : List.of(HTTP, ProducerPerformance.NAME)) {
            Result.bestRate(all, limit, result.mode())
                .ifPresent(by -> figures.put(Metric.RATIO_TO_LIMIT, ours.dividedBy(by)));
          }
          Result.bestRate(all, CONTROLLER, result.mode())
              .ifPresent(by -> figures.put(Metric.RATIO_TO_PEER, ours.dividedBy(by)));
        });
    return new Result(result.subject(), result.mode(), figures);
  }
}
