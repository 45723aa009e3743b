package dev.acequia.benchmarks.harness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A report as text: medians, with the range below where there was more than one round. Metrics that
 * nobody has get no column.
 */
final class ReportTable {
  private ReportTable() {}

  static String of(Report report) {
    var metrics =
        Arrays.stream(Metric.values())
            .filter(metric -> report.results().stream().anyMatch(r -> r.figure(metric).isPresent()))
            .toList();
    var lines = new ArrayList<List<String>>();
    var headings = new ArrayList<>(List.of("subject", "mode"));
    metrics.forEach(metric -> headings.add(metric.heading()));
    lines.add(headings);
    for (var result : report.results()) {
      var medians = new ArrayList<>(List.of(result.subject(), result.mode()));
      var ranges = new ArrayList<>(List.of("", ""));
      for (var metric : metrics) {
        var figure = result.figure(metric);
        medians.add(figure.map(spread -> metric.shown(spread.median())).orElse("-"));
        ranges.add(
            figure
                .filter(spread -> spread.rounds() > 1)
                .map(spread -> metric.shown(spread.min()) + " - " + metric.shown(spread.max()))
                .orElse(""));
      }
      lines.add(medians);
      if (ranges.stream().anyMatch(range -> !range.isEmpty())) {
        lines.add(ranges);
      }
    }
    return report.title()
        + "\n"
        + report.settings().stream().map(line -> "  " + line + "\n").collect(Collectors.joining())
        + "\n"
        + aligned(lines)
        + checks(report);
  }

  private static String checks(Report report) {
    return report.checks().isEmpty()
        ? ""
        : "\n" + report.checks().stream().map(Check::line).collect(Collectors.joining("\n")) + "\n";
  }

  private static String aligned(List<List<String>> lines) {
    var widths =
        IntStream.range(0, lines.getFirst().size())
            .map(
                column ->
                    lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0))
            .toArray();
    var text = new StringBuilder();
    for (var line : lines) {
      var cells = new ArrayList<String>();
      for (var column = 0; column < widths.length; column++) {
        var left = column < 2 ? "-" : "";
        cells.add(("%" + left + Math.max(1, widths[column]) + "s").formatted(line.get(column)));
      }
      text.append(String.join("  ", cells).stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
