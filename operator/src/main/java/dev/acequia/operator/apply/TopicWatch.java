package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.TopicsPlan;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka tells nobody when a topic goes or is made anew, so all pipelines' topics are described by
 * one request now and then; a pipeline whose topic is not the one its last reconcile saw is
 * reconciled.
 */
final class TopicWatch extends AbstractEventSource<TopicsPlan, DataPipeline> {
  private static final Logger log = LoggerFactory.getLogger(TopicWatch.class);

  private final KafkaTopics topics;
  private final KafkaCalls calls;
  private final Cache<DataPipeline> pipelines;
  private final Duration period;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("topic-watch").daemon().factory());
  private boolean refused;

  TopicWatch(KafkaTopics topics, KafkaCalls calls, Cache<DataPipeline> pipelines, Duration period) {
    super(TopicsPlan.class, "topics");
    this.topics = topics;
    this.calls = calls;
    this.pipelines = pipelines;
    this.period = period;
  }

  @Override
  public void start() {
    super.start();
    var _ =
        timer.scheduleWithFixedDelay(
            () -> calls.submit(this, this::look),
            period.toMillis(),
            period.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void stop() {
    super.stop();
    timer.shutdownNow();
  }

  @Override
  public Set<TopicsPlan> getSecondaryResources(DataPipeline pipeline) {
    return Set.of();
  }

  /** Looks once; whether Kafka answered. */
  boolean look() {
    try {
      var known =
          pipelines
              .list()
              .map(PipelineNames::of)
              .filter(names -> topics.lastSeen(names.topic()) != null)
              .toList();
      if (known.isEmpty()) {
        return true;
      }
      var present = topics.describe(known.stream().map(PipelineNames::topic).toList());
      refused = false;
      known.stream()
          .filter(
              names -> !Objects.equals(present.get(names.topic()), topics.lastSeen(names.topic())))
          .forEach(
              names -> {
                log.info("topic {} is not the one last seen", names.topic());
                getEventHandler()
                    .handleEvent(new Event(new ResourceID(names.pipeline(), names.namespace())));
              });
      return true;
    } catch (KafkaTopics.KafkaException e) {
      if (!e.isSilence() && !refused) {
        log.warn("the topics cannot be watched: {}", e.getMessage());
        refused = true;
      }
      return !e.isSilence();
    }
  }
}
