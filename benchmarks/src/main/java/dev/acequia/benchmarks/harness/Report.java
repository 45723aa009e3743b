package dev.acequia.benchmarks.harness;

import java.util.List;

/**
 * What a benchmark saw.
 *
 * @param settings versions, sizes and settings, one line each
 */
public record Report(String title, List<String> settings, List<Result> results) {
  public Report {
    settings = List.copyOf(settings);
    results = List.copyOf(results);
  }
}
