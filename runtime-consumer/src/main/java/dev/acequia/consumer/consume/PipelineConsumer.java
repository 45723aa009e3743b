package dev.acequia.consumer.consume;

import dev.acequia.consumer.deadletter.DeadLetterBudget;
import dev.acequia.consumer.deadletter.DeadLetterTopic;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.telemetry.MetricSet;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One consumer of a pipeline, put together: Kafka's clients, the store's writer, and the loop. */
public final class PipelineConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(PipelineConsumer.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final PipelineDefinition definition;
  private final KafkaConnection kafka;
  private final StoreWriter writer;
  private final MetricSet metrics;
  private final String clientId;
  private final ConsumerHealth health = new ConsumerHealth();
  private volatile boolean stopping;
  private volatile @Nullable ConsumerLoop loop;

  /**
   * A consumer that has not begun.
   *
   * @param clientId how Kafka shall know it
   */
  public PipelineConsumer(
      PipelineDefinition definition,
      KafkaConnection kafka,
      StoreWriter writer,
      MetricSet metrics,
      String clientId) {
    this.definition = definition;
    this.kafka = kafka;
    this.writer = writer;
    this.metrics = metrics;
    this.clientId = clientId;
  }

  public ConsumerHealth health() {
    return health;
  }

  /** Ends it after the batch in flight; from any thread. */
  public void stop() {
    stopping = true;
    var running = loop;
    if (running != null) {
      running.stop();
    }
  }

  /**
   * Runs until it is stopped, and leaves the group.
   *
   * @throws TerminationException when only a person can help
   */
  public void run() throws TerminationException, InterruptedException {
    var clients = new KafkaClients(definition, kafka, clientId);
    var budget = new DeadLetterBudget(definition);
    var topic = new TopicWatch(definition, clients.admin());
    var deadLetters = new DeadLetterTopic(definition, kafka, clientId, Clock.systemUTC());
    try (var lane = new StoreLane(definition, writer, topic, deadLetters, budget)) {
      var newProtocol = hasNewGroupProtocol(topic);
      if (stopping) {
        return;
      }
      LOG.info(
          "reading {} as group {}, protocol {}",
          definition.topic().name(),
          definition.consumerGroup(),
          newProtocol ? "consumer" : "classic");
      var consumer = clients.consumer(newProtocol);
      try {
        var running =
            new ConsumerLoop(
                definition,
                consumer,
                lane,
                topic,
                writer::newBatch,
                budget,
                health,
                new ConsumerMetrics(
                    metrics.forPipeline(definition.namespace(), definition.name())));
        loop = running;
        if (stopping) {
          running.stop();
        }
        running.run();
      } finally {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
      }
    }
  }

  /** Asks until Kafka answers. */
  private boolean hasNewGroupProtocol(TopicWatch topic) throws InterruptedException {
    while (!stopping) {
      health.turned();
      try {
        return topic.hasNewGroupProtocol();
      } catch (ExecutionException | TimeoutException e) {
        var reason = "Kafka does not answer: " + e.getMessage();
        LOG.warn(reason);
        health.isTroubledBy(reason);
        Thread.sleep(500);
      }
    }
    return false;
  }
}
