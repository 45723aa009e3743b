package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.RolloutStatus;
import dev.acequia.crds.RolloutStatus.State;
import dev.acequia.operator.apply.EventRecorder;
import dev.acequia.operator.plan.Change;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.Rollout;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who gets a slot where some statuses cannot be written, and who is told of whom. */
class RolloutPacerTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int WRITTEN = 200;
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final PlatformConfig.Rollout LIMITS = new PlatformConfig.Rollout(1, 3, "10m");
  private static final RolloutStatus OLD = RolloutStatus.atRest("v1", "r1", "g.e", null, null);
  private static final RolloutStatus UPDATING =
      new RolloutStatus("v2", "r2", "g.e", null, null, State.UPDATING, "r2", NOON.toString(), true);
  private static final RolloutStatus WAITING = OLD.in(State.WAITING, "r2", NOON.toString(), true);
  private static final RolloutStatus FAILED =
      UPDATING.in(State.FAILED, "r2", NOON.toString(), true);
  private static final Change RELEASE =
      new Change("v2", "r2", "g.e", "c", null, null, true, true, true, false, false, false);

  private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final MetricSet metrics = new MetricSet(new PrometheusRegistry());
  private final List<DataPipeline> fleet = new ArrayList<>();
  private final List<String> told = new CopyOnWriteArrayList<>();

  private final List<DataPipelineStatus> written = new ArrayList<>();

  /** The answer to a write in namespace closed. */
  private int refusal = 403;

  private int refused;

  private final StatusReports reports =
      new StatusReports(
          this::write,
          new EventRecorder(
              proxy(KubernetesClient.class, (_, method, _) -> fail(method.getName())),
              clock,
              "operator",
              _ -> true),
          new PipelineGauges(metrics, clock));
  private final RolloutPacer pacer = new RolloutPacer(LIMITS, "r2", reports, metrics, clock);

  @BeforeEach
  void listen() {
    var turns = pacer.eventSource(context());
    turns.setEventHandler(event -> told.add(event.getRelatedCustomResourceID().getName()));
    turns.start();
  }

  @Test
  void aSlotThatCannotBeWrittenDownIsForOthers() {
    var closed = add("closed", "first", WAITING);
    var open = add("open", "second", WAITING);
    var step = pacer.next(closed, RELEASE);
    assertThat(step).isInstanceOf(Rollout.Step.Go.class);
    assertThat(pacer.next(open, RELEASE)).isInstanceOf(Rollout.Step.Wait.class);
    var noted = status(step.status());
    assertThatThrownBy(() -> pacer.take(closed, closed.getStatus(), noted))
        .isInstanceOf(KubernetesClientException.class);
    // The one that cannot take it is not the one that it is kept for.
    assertThat(told).containsExactly("second");
    assertThat(pacer.next(open, RELEASE)).isInstanceOf(Rollout.Step.Go.class);
  }

  /** The write may have had its effect, and a slot too many would be taken. */
  @Test
  void aSlotStaysTakenWhereNobodyKnowsWhetherItIsWrittenDown() {
    refusal = 0;
    var closed = add("closed", "first", WAITING);
    var open = add("open", "second", WAITING);
    var noted = status(pacer.next(closed, RELEASE).status());
    assertThatThrownBy(() -> pacer.take(closed, closed.getStatus(), noted))
        .isInstanceOf(KubernetesClientException.class);
    assertThat(pacer.next(open, RELEASE)).isInstanceOf(Rollout.Step.Wait.class);
    now.set(NOON.plus(Duration.ofMinutes(11)));
    assertThat(pacer.next(open, RELEASE)).isInstanceOf(Rollout.Step.Go.class);
  }

  @Test
  void aSlotIsGivenBackThoughThatCannotBeWritten() {
    var closed = add("closed", "first", UPDATING);
    var open = add("open", "second", WAITING);
    assertThat(pacer.next(open, RELEASE)).isInstanceOf(Rollout.Step.Wait.class);
    reports.report(closed, status(FAILED));
    pacer.reported(UPDATING, FAILED);
    assertThat(told).containsExactly("second");
    assertThat(pacer.next(open, RELEASE)).isInstanceOf(Rollout.Step.Go.class);
    assertThat(refused).isOne();
    refusal = WRITTEN;
    var still = status(FAILED);
    reports.report(closed, still);
    assertThat(written).containsExactly(still);
  }

  @Test
  void thoseThatWaitAreToldWhenAChangeStopsAndNotOfEachFurtherFailure() {
    for (var i = 0; i < 3; i++) {
      add("open", "waits-" + i, WAITING);
    }
    var failing = List.of(add("open", "f1", OLD), add("open", "f2", OLD), add("open", "f3", OLD));
    pacer.reported(null, OLD);
    assertThat(told).containsExactly("waits-0"); // there is a free slot
    told.clear();
    failing.subList(0, 2).forEach(this::failing);
    assertThat(told).containsExactly("waits-0", "waits-0");
    told.clear();
    failing(failing.get(2));
    await().atMost(LIMIT).until(() -> told.size() == 3);
    assertThat(told).containsExactly("waits-0", "waits-1", "waits-2");
    told.forEach(name -> pacer.ended(new PipelineNames("open", name)));
    told.clear();
    failing(add("open", "f4", OLD));
    become(failing.get(0), OLD); // three are left
    assertThat(told).isEmpty();
    become(failing.get(1), OLD);
    await().atMost(LIMIT).until(() -> told.containsAll(List.of("waits-0", "waits-1", "waits-2")));
  }

  private void failing(DataPipeline pipeline) {
    become(pipeline, FAILED);
  }

  private void become(DataPipeline pipeline, RolloutStatus rollout) {
    var former = reports.former(pipeline);
    reports.remember(pipeline, status(rollout));
    pacer.reported(former == null ? null : former.rollout(), rollout);
  }

  private DataPipeline add(String namespace, String name, @Nullable RolloutStatus rollout) {
    DataPipeline pipeline =
        Serialization.unmarshal(
            """
            metadata: {name: %s, namespace: %s, uid: a, generation: 1}
            spec:
              schema: {fields: [{name: flight, type: int32, required: true}]}
              store: {postgres: {secretName: warehouse}}
            """
                .formatted(name, namespace),
            DataPipeline.class);
    pipeline.setStatus(DataPipelineStatus.empty().with(rollout));
    fleet.add(pipeline);
    return pipeline;
  }

  private static DataPipelineStatus status(RolloutStatus rollout) {
    return DataPipelineStatus.empty().with(rollout);
  }

  private void write(DataPipeline pipeline) {
    if (pipeline.getMetadata().getNamespace().equals("closed") && refusal != WRITTEN) {
      refused++;
      throw new KubernetesClientException("datapipelines/status", refusal, null);
    }
    written.add(pipeline.getStatus());
  }

  /** Nothing but the cache is asked for. */
  @SuppressWarnings({"unchecked", "NullAway"})
  private EventSourceContext<DataPipeline> context() {
    IndexerResourceCache<DataPipeline> cache =
        proxy(IndexerResourceCache.class, (_, _, _) -> List.copyOf(fleet).stream());
    return new EventSourceContext<>(cache, null, null, DataPipeline.class);
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            RolloutPacerTest.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
