package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.kafka.CallKey;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.kafka.Urgency;
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
import java.util.stream.Stream;
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

  /** Of no namespace, so it has turns of its own. */
  private final CallKey key = new CallKey("", this);

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
            () -> calls.submit(key, Urgency.LOOK_AGAIN, this::look),
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
              .filter(pipeline -> topics.lastSeen(TopicsPlan.records(pipeline)) != null)
              .toList();
      // The owners topic too: with nothing seen, Kafka would not be asked, and no answer be known.
      var present =
          topics.describe(
              Stream.concat(known.stream().map(TopicsPlan::records), Stream.of(TopicOwners.TOPIC))
                  .distinct()
                  .toList());
      refused = false;
      known.stream()
          .filter(
              pipeline ->
                  !Objects.equals(
                      present.get(TopicsPlan.records(pipeline)),
                      topics.lastSeen(TopicsPlan.records(pipeline))))
          .forEach(
              pipeline -> {
                log.info("topic {} is not the one last seen", TopicsPlan.records(pipeline));
                getEventHandler().handleEvent(new Event(ResourceID.fromResource(pipeline)));
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
