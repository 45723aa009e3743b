package dev.acequia.charts;

import dev.acequia.contract.PipelineMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One PromQL expression, read as far as names and labels go.
 *
 * @param recorded names of the recording rules, which it may use too
 */
record PrometheusExpression(String text, Set<String> recorded) {
  private static final Pattern SERIES =
      Pattern.compile("\\b(acequia[_:][a-zA-Z0-9_:]+)\\s*(?:\\{([^}]*)})?");
  private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"[^\"]*\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");

  /** What it names that no code of ours exposes; empty when all is well. */
  List<String> unknown() {
    var unknown = new ArrayList<String>();
    var labels = new HashSet<String>();
    var names = 0;
    for (var series = SERIES.matcher(text); series.find(); names++) {
      var name = series.group(1);
      if (recorded.contains(name)) {
        labels.addAll(PipelineMetric.PIPELINE_LABELS);
        labels.add("path");
        continue;
      }
      var metric = metric(name);
      if (metric.isEmpty()) {
        unknown.add(name);
        continue;
      }
      var own = labels(metric.get(), name);
      labels.addAll(own);
      var selected = series.group(2) == null ? "" : series.group(2);
      for (var matcher = MATCHER.matcher(selected); matcher.find(); ) {
        if (!own.contains(matcher.group(1))) {
          unknown.add(name + "{" + matcher.group(1) + "}");
        }
      }
    }
    if (names == 0) {
      unknown.add("no metric at all in " + text);
    }
    for (var grouping = GROUPING.matcher(text); grouping.find(); ) {
      Arrays.stream(grouping.group(1).split(","))
          .map(String::strip)
          .filter(label -> !label.isEmpty() && !labels.contains(label))
          .forEach(label -> unknown.add("label " + label));
    }
    return unknown;
  }

  private static Optional<PipelineMetric> metric(String series) {
    return Arrays.stream(PipelineMetric.values())
        .filter(
            metric ->
                switch (metric.kind()) {
                  case COUNTER, GAUGE, INFO -> series.equals(metric.exposedName());
                  case HISTOGRAM ->
                      Stream.of("_bucket", "_sum", "_count")
                          .anyMatch(suffix -> series.equals(metric.exposedName() + suffix));
                })
        .findFirst();
  }

  private static Set<String> labels(PipelineMetric metric, String series) {
    var labels = new HashSet<>(metric.ownLabels());
    if (metric.perPipeline()) {
      labels.addAll(PipelineMetric.PIPELINE_LABELS);
    }
    if (series.endsWith("_bucket")) {
      labels.add("le");
    }
    return labels;
  }
}
