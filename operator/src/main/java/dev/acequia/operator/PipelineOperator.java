package dev.acequia.operator;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.operator.apply.BackgroundTopics;
import dev.acequia.operator.apply.EventRecorder;
import dev.acequia.operator.apply.KafkaTopics;
import dev.acequia.operator.apply.Passwords;
import dev.acequia.operator.apply.PipelineRemoval;
import dev.acequia.operator.apply.PlanApplier;
import dev.acequia.operator.apply.StrimziTopics;
import dev.acequia.operator.apply.TopicProvider;
import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.kafka.KafkaLogin;
import dev.acequia.operator.observe.EventSources;
import dev.acequia.operator.observe.FactsReader;
import dev.acequia.operator.observe.NamespaceBudget;
import dev.acequia.operator.observe.TopicLogs;
import dev.acequia.operator.observe.Trim;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.health.InformerHealthIndicator;
import io.javaoperatorsdk.operator.health.InformerWrappingEventSourceHealthIndicator;
import io.javaoperatorsdk.operator.health.Status;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.TransformingItemStore;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator, put together; it works while it holds the lease. */
final class PipelineOperator {
  private static final Logger log = LoggerFactory.getLogger(PipelineOperator.class);
  private static final String LEASE = "acequia-operator";
  private static final Duration LEASE_DURATION = Duration.ofSeconds(15);
  private static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);
  private static final Duration RETRY_PERIOD = Duration.ofSeconds(2);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  /** A slow API server takes minutes to list the objects of a large fleet. */
  private static final Duration SYNC_LIMIT = Duration.ofMinutes(15);

  private static final Duration NAMESPACES_ASKED_EVERY = Duration.ofSeconds(30);

  /** Also catches changes without events, such as a topic's settings. */
  static final Duration RESYNC = Duration.ofMinutes(10);

  /** Reconciles wait for the API server, not for the processor, and never for Kafka. */
  static final int THREADS = 20;

  private final KubernetesClient client;
  private final Operator operator;
  private final ReconcileGate gate;
  private final KafkaCalls calls;
  private final @Nullable KafkaTopics directTopics;
  private final TopicLogs logs;
  private final @Nullable WatchedNamespaces namespaces;
  private final ClosedNamespaces closedNamespaces;

  /** One for the namespaces, and one for the limit of the start. */
  private final ScheduledExecutorService timer =
      Executors.newScheduledThreadPool(2, Thread.ofPlatform().daemon().name("watch-", 0).factory());

  private final Optional<String> identity;
  private final Optional<String> leaseNamespace;
  private final End end;
  private final Startup startup;
  private final Clock clock;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private volatile boolean leading;

  private PipelineOperator(
      KubernetesClient client,
      ReconcileMetrics metrics,
      ReconcileGate gate,
      KafkaCalls calls,
      @Nullable KafkaTopics directTopics,
      TopicLogs logs,
      @Nullable WatchedNamespaces namespaces,
      ClosedNamespaces closedNamespaces,
      Optional<String> identity,
      Optional<String> leaseNamespace,
      End end,
      Clock clock) {
    this.client = client;
    this.gate = gate;
    this.calls = calls;
    this.directTopics = directTopics;
    this.logs = logs;
    this.namespaces = namespaces;
    this.closedNamespaces = closedNamespaces;
    this.identity = identity;
    this.leaseNamespace = leaseNamespace;
    this.end = end;
    this.startup = new Startup(end);
    this.clock = clock;
    this.operator = new Operator(overrider -> configure(overrider, metrics));
  }

  /**
   * An operator that is not started.
   *
   * @param login what it logs on to Kafka with
   * @param identity this process's name, such as its Pod's
   * @param leaseNamespace where the lease is; absent: it works without one
   * @throws MissingRight when there is nothing that it may watch
   */
  static PipelineOperator create(
      KubernetesClient client,
      PlatformConfig platform,
      KafkaLogin login,
      MetricSet metrics,
      Optional<String> identity,
      Optional<String> leaseNamespace) {
    return create(
        client,
        platform,
        login,
        metrics,
        identity,
        leaseNamespace,
        Path.of(System.getProperty("java.io.tmpdir")),
        End.ofTheProcess(),
        Clock.systemUTC());
  }

  /**
   * The same by another clock, and with another end.
   *
   * @param folder outlives the process, but not its Pod
   */
  static PipelineOperator create(
      KubernetesClient client,
      PlatformConfig configured,
      KafkaLogin login,
      MetricSet metrics,
      Optional<String> identity,
      Optional<String> leaseNamespace,
      Path folder,
      End end,
      Clock clock) {
    var ownName = identity.orElse("acequia-operator");
    var closed = new ClosedNamespaces(folder.resolve(ownName + ".closed-namespaces"), clock);
    var namespaces = watchable(client, configured, closed, metrics);
    var platform =
        configured.withInstallation(Installation.name(client, configured, leaseNamespace));
    var events = new EventRecorder(client, clock, ownName, platform::watches);
    var address = new KafkaAddress(platform.kafka().bootstrapServers(), login);
    var direct =
        switch (platform.kafka().topicProvider()) {
          case DIRECT ->
              new KafkaTopics(
                  address,
                  platform.kafka(),
                  Objects.requireNonNull(platform.installation()),
                  name -> mayBeNamespace(client, platform, name));
          case STRIMZI -> null;
        };
    var calls = new KafkaCalls(clock);
    NamespaceBudget.OF_THE_PROCESS.follow(
        (namespace, isFull) ->
            metrics.gauge(PipelineMetric.FULL_NAMESPACE, namespace).set(isFull ? 1 : 0));
    metrics.observe(PipelineMetric.KAFKA_CALLS_WAITING, calls::waiting);
    metrics.observe(PipelineMetric.KAFKA_CALLS_OLDEST_WAIT, () -> calls.longestWait().toSeconds());
    TopicProvider topics =
        direct != null
            ? new BackgroundTopics(direct, calls, clock)
            : new StrimziTopics(client, platform.kafka());
    var logs = new TopicLogs(address, platform.kafka(), topics::credentials, calls);
    var reports = new StatusReports(client, events, new PipelineGauges(metrics, clock));
    var gate = new ReconcileGate();
    var release = PipelineRendering.release(platform);
    var pacer = new RolloutPacer(platform.rollout(), release, reports, metrics, clock);
    var replayReports = new ReplayReports(client, events);
    var failures = new ReconcileFailures(metrics, clock);
    var removal = new PipelineRemoval(client, platform, topics, events, metrics, clock);
    var operator =
        new PipelineOperator(
            client,
            new ReconcileMetrics(
                metrics,
                clock,
                gate,
                failures,
                ReconcileShares.OF_THE_PROCESS::isPutOff,
                Map.of(
                    DataPipeline.KIND,
                    pipeline -> {
                      ReconcileShares.OF_THE_PROCESS.forget(
                          new Reconciled(DataPipeline.KIND, pipeline));
                      var names = new PipelineNames(namespace(pipeline), pipeline.getName());
                      reports.forgetGone(names);
                      topics.forget(names);
                      removal.forget(names);
                      pacer.left();
                    },
                    DataPipelineReplay.KIND,
                    replay -> {
                      ReconcileShares.OF_THE_PROCESS.forget(
                          new Reconciled(DataPipelineReplay.KIND, replay));
                      replayReports.forget(replay);
                      logs.forget(namespace(replay), replay.getName());
                    })),
            gate,
            calls,
            direct,
            logs,
            namespaces,
            closed,
            identity,
            leaseNamespace,
            end,
            clock);
    metrics.observe(PipelineMetric.OPERATOR_LEADING, () -> operator.leads() ? 1 : 0);
    operator.register(
        new PipelineReconciler(
            client,
            platform,
            topics,
            new FactsReader(
                client,
                platform.kafka(),
                login::credentials,
                Passwords::generate,
                platform.installation()),
            new PlanApplier(client, clock),
            removal,
            reports,
            failures,
            pacer,
            release,
            events,
            clock),
        overrider -> overrider.withOnUpdateFilter(PipelineOperator::asksForReconcile),
        Trim::pipeline);
    operator.register(
        new ReplayReconciler(logs, calls, replayReports, failures, clock), _ -> {}, Trim::replay);
    return operator;
  }

  /**
   * The namespaces among those to be watched that can be; null where all are watched.
   *
   * @throws MissingRight when there is nothing that the operator may watch
   */
  private static @Nullable WatchedNamespaces watchable(
      KubernetesClient client,
      PlatformConfig platform,
      ClosedNamespaces closed,
      MetricSet metrics) {
    var kinds = EventSources.watched(PipelineRendering.kinds(platform));
    var strimzi =
        switch (platform.kafka().topicProvider()) {
          case DIRECT -> null;
          case STRIMZI -> platform.kafka().strimzi();
        };
    var kafkasKinds =
        strimzi == null ? List.<Class<? extends HasMetadata>>of() : EventSources.KAFKAS;
    Stream.concat(kinds.stream(), kafkasKinds.stream()).forEach(kind -> requireKnown(client, kind));
    if (strimzi != null) {
      requireRights(new WatchRights(client, kafkasKinds).in(strimzi.namespace()));
    }
    var rights = new WatchRights(client, kinds);
    if (platform.watchNamespaces().isEmpty()) {
      requireRights(rights.in(null));
      return null;
    }
    return new WatchedNamespaces(
        platform.watchNamespaces(), rights::inEach, closed::lately, metrics);
  }

  private static void requireRights(WatchRights.Answer answer) {
    switch (answer) {
      case WatchRights.Answer.Granted _ -> {}
      case WatchRights.Answer.Missing missing ->
          throw new MissingRight(MissingRight.sentence(missing.right()));
      case WatchRights.Answer.Unknown unknown -> // the informers will tell
          log.warn("which rights the operator has is not known: {}", unknown.why());
    }
  }

  /** An informer waits for ever for a resource that nobody has defined. */
  private static void requireKnown(KubernetesClient client, Class<? extends HasMetadata> kind) {
    if (CustomResource.class.isAssignableFrom(kind) && !client.supports(kind)) {
      throw new IllegalStateException(
          "The cluster has no resource %s of version %s: install the chart acequia-crds, or Strimzi for its own"
              .formatted(HasMetadata.getFullResourceName(kind), HasMetadata.getVersion(kind)));
    }
  }

  private static String namespace(ResourceID resource) {
    return resource.getNamespace().orElseThrow();
  }

  /** Only a watched namespace may be asked for. Any other name may be that of a namespace. */
  private static boolean mayBeNamespace(
      KubernetesClient client, PlatformConfig platform, String name) {
    return !platform.watches(name) || client.namespaces().withName(name).get() != null;
  }

  /** Watches, and reconciles once the lease is held. */
  void start() {
    var watches =
        List.of(
            timer.schedule(this::endOverdue, SYNC_LIMIT.toMillis(), TimeUnit.MILLISECONDS),
            every(NAMESPACES_ASKED_EVERY, this::requireNamespaces));
    try {
      operator.start();
    } finally {
      watches.forEach(watch -> watch.cancel(false));
    }
    requireInformers();
    startup.succeed();
    var begin = clock.instant(); // a slow start is no life
    every(NAMESPACES_ASKED_EVERY, () -> lookForNamespaces(begin));
  }

  private Future<?> every(Duration pause, Runnable look) {
    return timer.scheduleWithFixedDelay(
        () -> {
          try {
            look.run();
          } catch (RuntimeException e) { // the API server may answer next time
            log.warn("which namespaces can be read is not known: {}", e.getMessage());
          }
        },
        pause.toMillis(),
        pause.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /**
   * An informer retries after a refusal or a timeout. The operator must not reconcile by the other
   * informers alone, so the process ends when the sync takes too long.
   */
  private void endOverdue() {
    startup.fail(
        () ->
            log.error(
                "the informers have not synced within {}: {}: ending",
                SYNC_LIMIT,
                unhealthy().map(String::valueOf).distinct().toList()));
  }

  /** The informers of one that was closed would never sync, and the next start leaves it out. */
  private void requireNamespaces() {
    if (namespaces != null) {
      var closed = namespaces.closed();
      if (!closed.isEmpty()) {
        startup.fail(
            () -> {
              closedNamespaces.add(closed);
              log.error("{} can be read no more since the start began: ending", closed);
            });
      }
    }
  }

  /** One that has stopped, since it cannot read an answer, would be taken for having no objects. */
  private void requireInformers() {
    var stopped = unhealthy().filter(informer -> !informer.isRunning()).toList();
    if (!stopped.isEmpty()) {
      log.error("informers have stopped: {}: ending", stopped);
      end.atOnce().run();
    }
  }

  /**
   * Informers of further namespaces come with the next start: the framework would hold all
   * reconciles until these have synced, and forget those that are at work.
   */
  private void lookForNamespaces(Instant begin) {
    if (namespaces != null) {
      namespaces.lookAgain(
          unhealthy().map(InformerHealthIndicator::getTargetNamespace).distinct().toList());
      if (namespaces.asksForRestart(Duration.between(begin, clock.instant()))) {
        log.info("ending, since the next start can read more namespaces than this one could");
        end.inOrder().run();
      }
    }
  }

  /**
   * Finishes the reconciles in progress and gives the lease back, so that a successor need not
   * wait.
   */
  void stop() {
    if (!stopping.compareAndSet(false, true)) {
      return;
    }
    timer.shutdownNow();
    if (!gate.close(STOP_LIMIT)) {
      log.warn("a reconcile has not ended within {}", STOP_LIMIT);
    }
    operator.stop();
    calls.close(); // before a successor may write to Kafka
    if (directTopics != null) {
      directTopics.close();
    }
    releaseLease();
    logs.close();
    client.close();
  }

  /**
   * Why it cannot work now: until every informer has its objects. Waiting for the lease is fine.
   */
  Optional<String> whyNotReady() {
    if (!startup.isOver()) {
      return Optional.of("the informers have not synced");
    }
    var unhealthy =
        unhealthy()
            .filter(one -> namespaces == null || !namespaces.isUnreadable(one.getTargetNamespace()))
            .map(String::valueOf)
            .distinct()
            .toList();
    return unhealthy.isEmpty() ? Optional.empty() : Optional.of("not watching: " + unhealthy);
  }

  /** Whether its informers have synced and it holds the lease, or needs none. */
  private boolean leads() {
    return startup.isOver() && (leading || leaseNamespace.isEmpty());
  }

  /** Which of the watched namespaces it leaves out, and why; it works without them. */
  Optional<String> whyNotAllNamespaces() {
    return Optional.ofNullable(namespaces).flatMap(WatchedNamespaces::whyUnread);
  }

  private Stream<InformerHealthIndicator> unhealthy() {
    return operator
        .getRuntimeInfo()
        .unhealthyInformerWrappingEventSourceHealthIndicator()
        .values()
        .stream()
        .flatMap(sources -> sources.values().stream())
        .map(source -> (InformerWrappingEventSourceHealthIndicator<?>) source)
        .flatMap(source -> source.informerHealthIndicators().values().stream())
        .filter(informer -> informer.getStatus() != Status.HEALTHY);
  }

  private void configure(ConfigurationServiceOverrider overrider, ReconcileMetrics metrics) {
    overrider
        .withKubernetesClient(client)
        .withCloseClientOnStop(false) // the lease is given back with it
        .withConcurrentReconciliationThreads(THREADS)
        .withUseSSAToPatchPrimaryResource(true)
        .withCloneSecondaryResourcesWhenGettingFromCache(false)
        .withReconciliationTerminationTimeout(STOP_LIMIT)
        .withStopOnInformerErrorDuringStartup(false) // informers retry, see endOverdue
        .withInformerStoppedHandler(this::informerStopped)
        .withCacheSyncTimeout(SYNC_LIMIT.multipliedBy(2)) // beyond it reconciles would begin
        .withMetrics(metrics);
    leaseNamespace.ifPresent(
        namespace -> {
          var lease =
              LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
                  .withLeaseNamespace(namespace)
                  .withLeaseDuration(LEASE_DURATION)
                  .withRenewDeadline(RENEW_DEADLINE)
                  .withRetryPeriod(RETRY_PERIOD)
                  .withLeaderCallbacks(new LeaderCallbacks(this::lead, this::leaseLost, _ -> {}))
                  .withExitOnStopLeading(false); // it would wait for the shutdown that waits for it
          identity.ifPresent(lease::withIdentity);
          overrider.withLeaderElectionConfiguration(lease.build());
        });
  }

  /**
   * The informers beside a controller's own inherit its namespaces.
   *
   * @param trim takes from a resource what nobody reads
   */
  private <R extends HasMetadata> void register(
      Reconciler<R> reconciler,
      Consumer<ControllerConfigurationOverrider<R>> more,
      UnaryOperator<R> trim) {
    var overrider =
        ControllerConfigurationOverrider.override(
            operator.getConfigurationService().getConfigurationFor(reconciler));
    (namespaces == null
            ? overrider.watchingAllNamespaces()
            : overrider.settingNamespaces(namespaces.watched()))
        .withInformerListLimit(EventSources.PAGE)
        .withReconciliationMaxInterval(RESYNC)
        .withRetry(
            GenericRetry.defaultLimitedExponentialRetry()
                .setInitialInterval(Duration.ofMillis(500))
                .setIntervalMultiplier(2)
                .setMaxInterval(Duration.ofMinutes(1).toMillis())
                .setMaxAttempts(-1));
    more.accept(overrider);
    operator.register(
        reconciler,
        new StoreEachController<>(overrider.build(), () -> new TransformingItemStore<>(trim)));
  }

  /** All but the operator's own writes to the status. */
  static boolean asksForReconcile(DataPipeline now, DataPipeline before) {
    var meta = now.getMetadata();
    var former = before.getMetadata();
    return !Objects.equals(meta.getGeneration(), former.getGeneration())
        || !Objects.equals(meta.getAnnotations(), former.getAnnotations())
        || !Objects.equals(meta.getFinalizers(), former.getFinalizers())
        || !Objects.equals(meta.getDeletionTimestamp(), former.getDeletionTimestamp())
        || !Objects.equals(meta.getUid(), former.getUid());
  }

  private void lead() {
    leading = true;
    log.info("leading");
  }

  private void informerStopped(SharedIndexInformer<?> informer, @Nullable Throwable why) {
    if (why != null && !stopping.get()) {
      log.error(
          "the informer of {} has stopped: ending",
          informer.getApiTypeClass().getSimpleName(),
          why);
      end.atOnce().run();
    }
  }

  private void leaseLost() {
    if (!stopping.get()) {
      log.error("the lease is lost: ending, so that no two operators write");
      end.atOnce().run();
    }
  }

  private void releaseLease() {
    if (leaseNamespace.isEmpty() || identity.isEmpty()) {
      return;
    }
    try {
      var lease = client.leases().inNamespace(leaseNamespace.get()).withName(LEASE);
      var held = lease.get();
      if (held != null && identity.get().equals(held.getSpec().getHolderIdentity())) {
        held.getSpec().setHolderIdentity("");
        held.getSpec().setLeaseDurationSeconds(1);
        lease.patch(held);
      }
    } catch (RuntimeException e) { // the process ends all the same, and the lease runs out
      log.warn("the lease was not given back: {}", e.getMessage());
    }
  }
}
