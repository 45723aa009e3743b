package dev.acequia.consumer;

import dev.acequia.consumer.consume.PipelineConsumer;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.ReplayOrder;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreProvider;
import dev.acequia.telemetry.ClockWatch;
import dev.acequia.telemetry.LogLines;
import dev.acequia.telemetry.ManagementServer;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a pipeline's records from its topic into its store, until it is told to stop. Ends with
 * {@link dev.acequia.contract.Termination#EXIT_CODE} when a person is needed.
 */
public final class ConsumerProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerProcess.class);

  /** Less than a Pod's usual grace of 30 s. */
  private static final int STOP_SECONDS = 25;

  /** As a JVM ends with -XX:+ExitOnOutOfMemoryError. */
  private static final int OUT_OF_MEMORY = 3;

  private ConsumerProcess() {}

  public static void main(String[] args) {
    ClockWatch.start();
    LogLines.install();
    System.exit(run(System.getenv(), ManagementServer.PORT));
  }

  /**
   * The process, without its end: answers the exit code.
   *
   * @param managementPort 0 for any free one
   */
  static int run(Map<String, String> given, int managementPort) {
    var ended = new CountDownLatch(1);
    try {
      return consume(ProcessEnd.environment(given), managementPort, ended);
    } catch (TerminationException e) {
      return new ProcessEnd(given).needsPerson(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    } catch (OutOfMemoryError e) {
      LOG.error("ended, since memory ran out: {}", e.getMessage());
      return OUT_OF_MEMORY;
    } catch (IOException | RuntimeException e) {
      LOG.error("ended by a failure", e);
      return 1;
    } finally {
      ended.countDown();
    }
  }

  private static int consume(
      Map<String, String> environment, int managementPort, CountDownLatch ended)
      throws TerminationException, InterruptedException, IOException {
    var definition = ProcessEnd.definition(environment);
    var kafka = ProcessEnd.configured(() -> KafkaConnection.fromEnvironment(environment));
    var store = ProcessEnd.configured(() -> StoreProvider.of(definition));
    var writers =
        ProcessEnd.configured(
            () ->
                Stream.generate(() -> store.writer(definition, environment))
                    .limit(definition.store().traits().lanes())
                    .toList());
    var keeping = ProcessEnd.configured(() -> store.housekeeping(definition, environment));
    var metrics = new MetricSet(new PrometheusRegistry());
    var name = RuntimeVariable.POD_NAME.in(environment).orElse("acequia-consumer");
    var order =
        ProcessEnd.configured(
            () -> RuntimeVariable.ACEQUIA_REPLAY.in(environment).map(ReplayOrder::fromJson));
    var consumer =
        new PipelineConsumer(definition, kafka, writers, metrics, name, order.orElse(null));
    var health = consumer.health();
    try (var server =
            ManagementServer.start(
                RuntimeVariable.ACEQUIA_BIND_ADDRESS.in(environment),
                managementPort,
                metrics.registry(),
                health::live,
                health::ready);
        var housekeeping =
            Housekeeping.start(
                keeping, metrics.forPipeline(definition.namespace(), definition.name()))) {
      LOG.info("management port {}", server.port());
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(consumer, ended), "stop"));
      consumer.run();
      return 0;
    }
  }

  private static void stop(PipelineConsumer consumer, CountDownLatch ended) {
    consumer.stop();
    try {
      if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("not stopped after {} s; what is in flight is rolled back", STOP_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
