package dev.acequia.benchmarks.harness;

import java.util.List;

/**
 * What a benchmark saw.
 *
 * @param settings versions, sizes and settings, one line each
 * @param checks what was promised; a missed one makes the command fail
 */
public record Report(
    String title, List<String> settings, List<Result> results, List<Check> checks) {
  public Report {
    settings = List.copyOf(settings);
    results = List.copyOf(results);
    checks = List.copyOf(checks);
  }

  /** A report of figures that nobody promised. */
  public Report(String title, List<String> settings, List<Result> results) {
    this(title, settings, results, List.of());
  }
}
