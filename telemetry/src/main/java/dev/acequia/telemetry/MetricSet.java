package dev.acequia.telemetry;

import dev.acequia.contract.PipelineMetric;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * A process's metrics, each registered on first use. Histograms are classic and native at once.
 * Label values are given in the order of the metric's labels, the pipeline's two first where it has
 * them.
 */
public final class MetricSet {
  /**
   * Seconds; from half a millisecond, since a read by key takes about one, to the minute of a slow
   * batch.
   */
  private static final double[] BUCKETS = {
    .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60
  };

  /** Of freshness, from what takes longer than the quickest store to twice what the slowest may. */
  private static final double[] FRESHNESS_BUCKETS = {
    .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200
  };

  private final PrometheusRegistry registry;
  private final Map<PipelineMetric, Counter> counters = new EnumMap<>(PipelineMetric.class);
  private final Map<PipelineMetric, Gauge> gauges = new EnumMap<>(PipelineMetric.class);
  private final Map<PipelineMetric, List<Consumer<GaugeWithCallback.Callback>>> observed =
      new EnumMap<>(PipelineMetric.class);
  private final Map<PipelineMetric, Info> infos = new EnumMap<>(PipelineMetric.class);
  private final Map<PipelineMetric, Histogram> histograms = new EnumMap<>(PipelineMetric.class);

  public MetricSet(PrometheusRegistry registry) {
    this.registry = registry;
  }

  public PrometheusRegistry registry() {
    return registry;
  }

  /** This set with the two labels of one pipeline filled in. */
  public ForPipeline forPipeline(String namespace, String name) {
    return new ForPipeline(this, namespace, name);
  }

  public CounterDataPoint counter(PipelineMetric metric, String... labels) {
    return family(
            metric,
            PipelineMetric.Kind.COUNTER,
            counters,
            () ->
                Counter.builder()
                    .name(metric.exposedName())
                    .help(metric.help())
                    .labelNames(labelNames(metric))
                    .register(registry))
        .labelValues(labels);
  }

  public GaugeDataPoint gauge(PipelineMetric metric, String... labels) {
    return gauges(metric).labelValues(labels);
  }

  /** Shows a gauge whose value is asked for at each scrape, so that nobody has to keep it up. */
  public void observe(PipelineMetric metric, LongSupplier value, String... labels) {
    family(metric, PipelineMetric.Kind.GAUGE, observed, () -> observedFamily(metric))
        .add(scrape -> scrape.call(value.getAsLong(), labels));
  }

  private List<Consumer<GaugeWithCallback.Callback>> observedFamily(PipelineMetric metric) {
    var series = new CopyOnWriteArrayList<Consumer<GaugeWithCallback.Callback>>();
    var _ =
        GaugeWithCallback.builder()
            .name(metric.exposedName())
            .help(metric.help())
            .labelNames(labelNames(metric))
            .callback(scrape -> series.forEach(one -> one.accept(scrape)))
            .register(registry);
    return series;
  }

  /** Ends a gauge's series, such as that of a partition which moved to another consumer. */
  public void removeGauge(PipelineMetric metric, String... labels) {
    gauges(metric).remove(labels);
  }

  /** Shows an info series until {@link #removeInfo}. */
  public void addInfo(PipelineMetric metric, String... labels) {
    infos(metric).addLabelValues(labels);
  }

  /** Ends an info series, such as that of a pipeline which is gone. */
  public void removeInfo(PipelineMetric metric, String... labels) {
    infos(metric).remove(labels);
  }

  public DistributionDataPoint histogram(PipelineMetric metric, String... labels) {
    return family(
            metric,
            PipelineMetric.Kind.HISTOGRAM,
            histograms,
            () ->
                Histogram.builder()
                    .name(metric.exposedName())
                    .help(metric.help())
                    .labelNames(labelNames(metric))
                    .classicUpperBounds(
                        metric == PipelineMetric.FRESHNESS ? FRESHNESS_BUCKETS : BUCKETS)
                    .register(registry))
        .labelValues(labels);
  }

  private Gauge gauges(PipelineMetric metric) {
    return family(
        metric,
        PipelineMetric.Kind.GAUGE,
        gauges,
        () ->
            Gauge.builder()
                .name(metric.exposedName())
                .help(metric.help())
                .labelNames(labelNames(metric))
                .register(registry));
  }

  private Info infos(PipelineMetric metric) {
    return family(
        metric,
        PipelineMetric.Kind.INFO,
        infos,
        () ->
            Info.builder()
                .name(metric.exposedName())
                .help(metric.help())
                .labelNames(labelNames(metric))
                .register(registry));
  }

  private static <F> F family(
      PipelineMetric metric,
      PipelineMetric.Kind kind,
      Map<PipelineMetric, F> families,
      java.util.function.Supplier<F> register) {
    if (metric.kind() != kind) {
      throw new IllegalArgumentException(metric + " is a " + metric.kind());
    }
    synchronized (families) {
      return families.computeIfAbsent(metric, unused -> register.get());
    }
  }

  private static String[] labelNames(PipelineMetric metric) {
    var own = metric.ownLabels().stream();
    return (metric.perPipeline()
            ? Stream.concat(PipelineMetric.PIPELINE_LABELS.stream(), own)
            : own)
        .toArray(String[]::new);
  }

  /**
   * The metrics of one pipeline: label values are the metric's own only. Look a series up once, not
   * for each record.
   */
  public static final class ForPipeline {
    private final MetricSet metrics;
    private final String namespace;
    private final String name;

    private ForPipeline(MetricSet metrics, String namespace, String name) {
      this.metrics = metrics;
      this.namespace = namespace;
      this.name = name;
    }

    public CounterDataPoint counter(PipelineMetric metric, String... ownLabels) {
      return metrics.counter(metric, labels(ownLabels));
    }

    public GaugeDataPoint gauge(PipelineMetric metric, String... ownLabels) {
      return metrics.gauge(metric, labels(ownLabels));
    }

    /** Shows a gauge whose value is asked for at each scrape. */
    public void observe(PipelineMetric metric, LongSupplier value, String... ownLabels) {
      metrics.observe(metric, value, labels(ownLabels));
    }

    public void addInfo(PipelineMetric metric, String... ownLabels) {
      metrics.addInfo(metric, labels(ownLabels));
    }

    public void removeInfo(PipelineMetric metric, String... ownLabels) {
      metrics.removeInfo(metric, labels(ownLabels));
    }

    public void removeGauge(PipelineMetric metric, String... ownLabels) {
      metrics.removeGauge(metric, labels(ownLabels));
    }

    public DistributionDataPoint histogram(PipelineMetric metric, String... ownLabels) {
      return metrics.histogram(metric, labels(ownLabels));
    }

    private String[] labels(String... own) {
      return Stream.concat(Stream.of(namespace, name), Stream.of(own)).toArray(String[]::new);
    }
  }
}
