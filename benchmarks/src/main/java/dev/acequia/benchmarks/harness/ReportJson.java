package dev.acequia.benchmarks.harness;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A report's results as a list of objects: subject, mode, the median of each metric, and the range
 * over the rounds. An object for each check follows.
 */
final class ReportJson {
  private static final JsonMapper JSON = new JsonMapper();

  private ReportJson() {}

  static ArrayNode of(Report report) {
    var list = JSON.createArrayNode();
    for (var result : report.results()) {
      var object = list.addObject();
      object.put("subject", result.subject());
      object.put("mode", result.mode());
      var ranges = JSON.createObjectNode();
      for (var metric : Metric.values()) {
        var figure = result.figure(metric);
        if (figure.isPresent()) {
          object.put(metric.property(), rounded(figure.get().median()));
          ranges
              .putArray(metric.property())
              .add(rounded(figure.get().min()))
              .add(rounded(figure.get().max()));
        } else if (metric.isAlwaysReported()) {
          object.putNull(metric.property());
        }
      }
      object.set("ranges", ranges);
    }
    for (var check : report.checks()) {
      list.addObject()
          .put("check", check.what())
          .put("at_least", rounded(check.atLeast()))
          .put("at_most", rounded(check.atMost()))
          .put("seen", rounded(check.seen()))
          .put("held", check.isHeld());
    }
    return list;
  }

  static void write(Report report, Path file) throws IOException {
    Files.writeString(
        file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(of(report)) + "\n");
  }

  /** To three decimals: what is finer is noise. */
  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
