package dev.acequia.benchmarks.query;

import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Result;
import dev.acequia.benchmarks.harness.Spread;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Adds the bound, and to Acequia's rates their ratios to it and to the peer's. The bound is what
 * one could answer who spends on a request what pgbench and the constant answer spend, one after
 * the other, and nothing of its own.
 */
final class Comparison {
  static final String DATABASE = "pgbench, prepared";
  static final String HTTP = "constant answer by the same Tomcat";
  static final String BOUND = "the bound: both in turn";
  static final String OURS = "Acequia";

  private Comparison() {}

  static List<Result> of(List<Result> results) {
    var compared = new ArrayList<Result>();
    for (var result : results) {
      if (result.subject().equals(OURS)) {
        compared.add(ours(result, results));
      } else {
        compared.add(result);
      }
      if (result.subject().equals(HTTP)) {
        bound(results, result.mode())
            .ifPresent(
                bound ->
                    compared.add(
                        new Result(
                            BOUND, result.mode(), figures(Metric.PER_SECOND, Spread.of(bound)))));
      }
    }
    return compared;
  }

  private static Result ours(Result result, List<Result> all) {
    var figures = new EnumMap<Metric, Spread>(Metric.class);
    figures.putAll(result.figures());
    var rate = result.figure(Metric.PER_SECOND).orElseThrow();
    bound(all, result.mode())
        .ifPresent(bound -> figures.put(Metric.RATIO_TO_LIMIT, rate.dividedBy(bound)));
    Result.bestRate(all, Prest.NAME, result.mode())
        .ifPresent(peer -> figures.put(Metric.RATIO_TO_PEER, rate.dividedBy(peer)));
    return new Result(result.subject(), result.mode(), figures);
  }

  private static OptionalDouble bound(List<Result> all, String mode) {
    var database = Result.bestRate(all, DATABASE, mode);
    var http = Result.bestRate(all, HTTP, mode);
    return database.isPresent() && http.isPresent()
        ? OptionalDouble.of(1 / (1 / database.getAsDouble() + 1 / http.getAsDouble()))
        : OptionalDouble.empty();
  }

  private static EnumMap<Metric, Spread> figures(Metric metric, Spread spread) {
    var figures = new EnumMap<Metric, Spread>(Metric.class);
    figures.put(metric, spread);
    return figures;
  }
}
