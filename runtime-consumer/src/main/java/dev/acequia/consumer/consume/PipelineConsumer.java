package dev.acequia.consumer.consume;

import dev.acequia.consumer.deadletter.DeadLetterBudget;
import dev.acequia.consumer.deadletter.DeadLetterHistory;
import dev.acequia.consumer.deadletter.DeadLetterTopic;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.ReplayOrder;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.telemetry.MetricSet;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
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
  private final List<StoreWriter> writers;
  private final MetricSet metrics;
  private final String clientId;
  private final @Nullable ReplayOrder order;
  private final ConsumerHealth health = new ConsumerHealth();
  private volatile boolean stopping;
  private volatile @Nullable ConsumerLoop loop;

  /**
   * A consumer that has not begun.
   *
   * @param writers one for each lane into the store, among which the partitions are shared out
   * @param clientId how Kafka shall know it
   */
  public PipelineConsumer(
      PipelineDefinition definition,
      KafkaConnection kafka,
      List<StoreWriter> writers,
      MetricSet metrics,
      String clientId) {
    this(definition, kafka, writers, metrics, clientId, null);
  }

  /**
   * A consumer that has not begun.
   *
   * @param order what it is told to read again; null when nothing
   */
  public PipelineConsumer(
      PipelineDefinition definition,
      KafkaConnection kafka,
      List<StoreWriter> writers,
      MetricSet metrics,
      String clientId,
      @Nullable ReplayOrder order) {
    this.definition = definition;
    this.kafka = kafka;
    this.writers = List.copyOf(writers);
    this.metrics = metrics;
    this.clientId = clientId;
    this.order = order;
  }

  public ConsumerHealth health() {
    return health;
  }

  /** Ends it after what is at hand is stored, if there is time; from any thread. */
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
   * @throws TerminationException when only a person can help; not once it is to stop, since the
   *     next process finds out by itself
   */
  public void run() throws TerminationException, InterruptedException {
    try {
      runUntilStopped();
    } catch (TerminationException e) {
      if (!stopping) {
        throw e;
      }
      LOG.warn("stopped, although a person is needed: {}", e.termination(), e);
    }
  }

  private void runUntilStopped() throws TerminationException, InterruptedException {
    var clients = new KafkaClients(definition, kafka, clientId);
    var budget =
        new DeadLetterBudget(definition, new DeadLetterHistory(definition, kafka, clientId));
    var topic = new TopicWatch(definition, clients.admin());
    try (var closings = new Closings()) {
      closings.add(topic::close);
      var ended = new Semaphore(0);
      var traits = definition.store().traits();
      var stores = writers.stream().map(writer -> store(writer, topic, budget, ended)).toList();
      stores.forEach(store -> closings.add(store::close));
      var newProtocol = hasNewGroupProtocol(topic);
      if (stopping) {
        return;
      }
      LOG.info(
          "reading {} as group {}, protocol {}",
          definition.topic().name(),
          definition.consumerGroup(),
          newProtocol ? "consumer" : "classic");
      var pollBudget = new PollBudget();
      var consumer = clients.consumer(newProtocol, pollBudget);
      closings.add(() -> consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT)));
      var running =
          new ConsumerLoop(
              definition,
              consumer,
              pollBudget,
              new CarefulReader(clients::carefulConsumer, health),
              IntStream.range(0, stores.size())
                  .mapToObj(
                      lane ->
                          new Lane(
                              lane,
                              stores.get(lane),
                              traits,
                              writers.get(lane)::newBatch,
                              System::nanoTime))
                  .toList(),
              ended,
              topic,
              budget,
              health,
              new ConsumerMetrics(metrics.forPipeline(definition.namespace(), definition.name())));
      loop = running;
      if (stopping) {
        running.stop();
      }
      running.run();
    }
  }

  private StoreLane store(
      StoreWriter writer, TopicWatch topic, DeadLetterBudget budget, Semaphore ended) {
    // A producer is made when there is a letter; two of one process need names of their own.
    var name = clientId + "-" + writers.indexOf(writer);
    var deadLetters = new DeadLetterTopic(definition, kafka, name, Clock.systemUTC());
    var replays = new Replays(definition, writer, order);
    return new StoreLane(definition, writer, replays, topic, deadLetters, budget, ended);
  }

  /** Asks until Kafka answers. */
  private boolean hasNewGroupProtocol(TopicWatch topic)
      throws TerminationException, InterruptedException {
    var refusals = new Refusals(System::nanoTime);
    while (!stopping) {
      health.turned();
      try {
        return topic.hasNewGroupProtocol();
      } catch (ExecutionException | TimeoutException e) {
        var end = refusals.refusedByKafka(e.getCause());
        if (end.isPresent()) {
          throw end.get();
        }
        var reason = "Kafka does not answer: " + e.getMessage();
        LOG.warn(reason);
        health.isTroubledBy(reason);
        Thread.sleep(500);
      }
    }
    return false;
  }
}
