package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Result;
import dev.acequia.benchmarks.harness.Spread;
import java.util.EnumMap;
import java.util.List;

/** Adds to each rate its ratios to the limit and to the best peer. */
final class Comparison {
  private static final String LIMIT = "COPY binary";
  private static final String PEER = "Kafka Connect";
  private static final String OURS = "Acequia";

  private Comparison() {}

  static List<Result> of(List<Result> results) {
    return results.stream().map(result -> compared(result, results)).toList();
  }

  private static Result compared(Result result, List<Result> all) {
    var figures = new EnumMap<Metric, Spread>(Metric.class);
    figures.putAll(result.figures());
    var rate = result.figure(Metric.PER_SECOND);
    // A steady rate that the benchmark itself sets is not compared.
    if (rate.isPresent() && result.figure(Metric.P99_MS).isEmpty()) {
      Result.bestRate(all, LIMIT, "append")
          .ifPresent(limit -> figures.put(Metric.RATIO_TO_LIMIT, rate.get().dividedBy(limit)));
      if (result.subject().startsWith(OURS)) {
        Result.bestRate(all, PEER, result.mode())
            .ifPresent(peer -> figures.put(Metric.RATIO_TO_PEER, rate.get().dividedBy(peer)));
      }
    }
    return new Result(result.subject(), result.mode(), figures);
  }
}
