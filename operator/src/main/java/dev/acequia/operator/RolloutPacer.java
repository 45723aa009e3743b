package dev.acequia.operator;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.RolloutStatus;
import dev.acequia.crds.RolloutStatus.State;
import dev.acequia.operator.plan.Change;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.Rollout;
import dev.acequia.operator.status.PipelineStatus;
import dev.acequia.operator.turns.PacedEvents;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Has pipelines take the platform's changes in turn. Who holds a slot, who has failed and who waits
 * is read from the pipelines' statuses each time: a new operator finds it there.
 */
final class RolloutPacer {
  private final PlatformConfig.Rollout limits;
  private final String release;
  private final StatusReports reports;
  private final MetricSet metrics;
  private final Clock clock;
  private final SimpleInboundEventSource<DataPipeline> turns =
      new SimpleInboundEventSource<>("rollout-turns");
  private final PacedEvents paced = new PacedEvents(this::bring);
  private volatile @Nullable IndexerResourceCache<DataPipeline> pipelines;
  private volatile boolean isShown;

  /** The causes that were stopped when others were told last; null before. */
  private @Nullable Set<String> lastStopped;

  /**
   * @param release see {@link Change#release()}
   */
  RolloutPacer(
      PlatformConfig.Rollout limits,
      String release,
      StatusReports reports,
      MetricSet metrics,
      Clock clock) {
    this.limits = limits;
    this.release = release;
    this.reports = reports;
    this.metrics = metrics;
    this.clock = clock;
  }

  EventSource<?, DataPipeline> eventSource(EventSourceContext<DataPipeline> context) {
    pipelines = context.getPrimaryCache();
    return turns;
  }

  /** Decides, and counts the slot that is taken before anybody else decides. */
  synchronized Rollout.Step next(DataPipeline pipeline, Change change) {
    var former = reports.former(pipeline);
    var step =
        Rollout.decide(
            name(pipeline),
            change,
            former == null ? null : former.rollout(),
            former == null ? null : PipelineStatus.notReadySince(former),
            fleet().filter(one -> !one.name().equals(name(pipeline))).toList(),
            limits,
            clock.instant());
    if (step.status().state() == State.UPDATING) {
      reports.remember(
          pipeline, (former == null ? DataPipelineStatus.empty() : former).with(step.status()));
    }
    return step;
  }

  /**
   * Writes down a slot that {@link #next} has given. Where the API server refuses that, the slot is
   * for others: this pipeline cannot take it.
   */
  void take(
      DataPipeline pipeline, @Nullable DataPipelineStatus former, DataPipelineStatus updating) {
    var before = former == null ? null : former.rollout();
    try {
      reports.note(pipeline, updating);
    } catch (KubernetesClientException e) {
      if (StatusReports.isRefused(e)) {
        var after = before == null ? null : Rollout.afterError(before, limits, clock.instant());
        reports.remember(
            pipeline, (former == null ? DataPipelineStatus.empty() : former).with(after));
        reported(updating.rollout(), after);
      }
      throw e;
    }
    reported(before, updating.rollout());
  }

  /** Has others look again where this pipeline's new status lets them go on, or stops them. */
  void reported(@Nullable RolloutStatus before, @Nullable RolloutStatus now) {
    if (!isShown || !Objects.equals(before, now)) {
      tellOthers();
    }
  }

  /** The same after a pipeline has gone, be it with its finalizer removed by hand. */
  void left() {
    tellOthers();
  }

  /** A reconcile of this pipeline has ended. */
  void ended(PipelineNames names) {
    paced.ended(names);
  }

  private void tellOthers() {
    var told = look();
    told.next().forEach(this::bring);
    if (!told.stale().isEmpty()) {
      paced.bring(told.stale());
    }
  }

  /**
   * The pipelines to reconcile after a look at the fleet.
   *
   * @param next may take a free slot
   * @param stale say otherwise of what stops them
   */
  private record Told(List<PipelineNames> next, List<PipelineNames> stale) {}

  /**
   * Those that wait are brought up to date when a change stops or goes on, and not for each further
   * failure: a fleet that fails would be reconciled as often as it has pipelines.
   */
  private synchronized Told look() {
    var fleet = fleet().toList();
    var stopped = Rollout.stopped(fleet, limits);
    show(fleet, stopped);
    var isStale = lastStopped != null && !lastStopped.equals(stopped.keySet());
    lastStopped = stopped.keySet();
    return new Told(
        Rollout.next(fleet, limits, clock.instant()).stream().map(RolloutPacer::names).toList(),
        fleet.stream()
            .filter(one -> isStale && one.status().state() == State.WAITING)
            .map(one -> names(one.name()))
            .toList());
  }

  private void bring(PipelineNames names) {
    turns.propagateEvent(new ResourceID(names.pipeline(), names.namespace()));
  }

  /** A new operator has to show what it finds, too, or a stopped rollout's alert would end. */
  private void show(List<Rollout.Member> fleet, Map<String, Rollout.Subject> failures) {
    var stopped =
        fleet.stream()
            .map(Rollout.Member::status)
            .filter(status -> status.state() == State.WAITING)
            .flatMap(
                status -> Stream.ofNullable(failures.get(Objects.toString(status.cause(), ""))))
            .collect(Collectors.groupingBy(subject -> subject, Collectors.counting()));
    for (var subject : Rollout.Subject.values()) {
      gauge(stopped(subject), stopped.getOrDefault(subject, 0L));
    }
    gauge(
        "waiting",
        count(fleet, State.WAITING) - stopped.values().stream().mapToLong(Long::longValue).sum());
    gauge("updating", count(fleet, State.UPDATING));
    gauge("failed", count(fleet, State.FAILED));
    gauge(
        "behind",
        fleet.stream()
            .map(Rollout.Member::status)
            .filter(status -> status.state() == null && !release.equals(status.release()))
            .count());
    isShown = true;
  }

  private static String stopped(Rollout.Subject subject) {
    return switch (subject) {
      case RELEASE -> "stopped";
      case STORE_SECRET -> "stopped-store-secret";
      case KAFKA_CERTIFICATE -> "stopped-kafka-certificate";
      case KAFKA_PASSWORD -> "stopped-kafka-password";
      case TOPIC -> "stopped-topic";
    };
  }

  private static long count(List<Rollout.Member> fleet, State state) {
    return fleet.stream().filter(one -> one.status().state() == state).count();
  }

  private void gauge(String state, long count) {
    metrics.gauge(PipelineMetric.ROLLOUT_PIPELINES, state).set(count);
  }

  private Stream<Rollout.Member> fleet() {
    return Optional.ofNullable(pipelines).stream()
        .flatMap(IndexerResourceCache::list)
        .filter(pipeline -> !pipeline.isMarkedForDeletion())
        .flatMap(
            pipeline ->
                Optional.ofNullable(reports.former(pipeline))
                    .map(DataPipelineStatus::rollout)
                    .map(status -> new Rollout.Member(name(pipeline), status))
                    .stream());
  }

  private static String name(DataPipeline pipeline) {
    return pipeline.getMetadata().getNamespace() + "/" + pipeline.getMetadata().getName();
  }

  private static PipelineNames names(String name) {
    var slash = name.indexOf('/');
    return new PipelineNames(name.substring(0, slash), name.substring(slash + 1));
  }
}
