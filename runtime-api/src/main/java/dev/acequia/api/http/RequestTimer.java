package dev.acequia.api.http;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Times what is asked of the records, to the last byte of the answer, by its status. */
public final class RequestTimer extends HttpFilter {
  private static final int BROKEN_OFF = 499;

  private final transient MetricSet.ForPipeline metrics;
  private final transient Map<Series, DistributionDataPoint> series = new ConcurrentHashMap<>();

  private record Series(PipelineMetric metric, int status) {}

  public RequestTimer(MetricSet.ForPipeline metrics) {
    this.metrics = metrics;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    var metric =
        switch (request.getMethod()) {
          case "POST" -> PipelineMetric.INGEST_REQUEST;
          case "GET", "HEAD" -> PipelineMetric.QUERY_REQUEST;
          default -> null;
        };
    if (metric == null) {
      chain.doFilter(request, response);
      return;
    }
    var start = System.nanoTime();
    var status = BROKEN_OFF;
    try {
      chain.doFilter(request, response);
      status = response.getStatus();
    } finally {
      series
          .computeIfAbsent(
              new Series(metric, status),
              key -> metrics.histogram(key.metric(), Integer.toString(key.status())))
          .observe((System.nanoTime() - start) / 1e9);
    }
  }
}
