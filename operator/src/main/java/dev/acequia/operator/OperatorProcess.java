package dev.acequia.operator;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.kafka.KafkaLogin;
import dev.acequia.operator.observe.BoundedJson;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.telemetry.ClockWatch;
import dev.acequia.telemetry.LogLines;
import dev.acequia.telemetry.ManagementServer;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's process. It reads its platform's configuration once, at start; a change of it is a
 * rollout. What it may do in the cluster is in the chart's roles.
 */
public final class OperatorProcess {
  private static final Logger log = LoggerFactory.getLogger(OperatorProcess.class);
  private static final String PLATFORM_CONFIG = "ACEQUIA_PLATFORM_CONFIG";
  private static final String POD_NAMESPACE = "POD_NAMESPACE";

  /** The folder with the Secret of platform.kafka.secretName. */
  private static final String KAFKA_DIR = "ACEQUIA_KAFKA_DIR";

  /** 503 with their names while namespaces of watchNamespaces cannot be read. */
  private static final String NAMESPACES_PATH = "/health/namespaces";

  private OperatorProcess() {}

  /** Runs until a signal ends it or the lease is lost. */
  public static void main(String[] args) throws IOException, InterruptedException {
    ClockWatch.start();
    LogLines.install();
    try {
      run();
    } catch (RuntimeException e) {
      MissingRight.behind(e)
          .ifPresentOrElse(log::error, () -> log.error("The operator did not start", e));
      System.exit(1); // whatever threads the start has left
    }
  }

  private static void run() throws IOException, InterruptedException {
    var environment = System.getenv();
    var platform = platform(environment);
    var login = login(environment, platform);
    var metrics = new MetricSet(new PrometheusRegistry());
    var running = new AtomicReference<@Nullable PipelineOperator>();
    // Before the API server is asked for anything, since it may be slow.
    try (var management =
        ManagementServer.start(
                RuntimeVariable.ACEQUIA_BIND_ADDRESS.in(environment),
                ManagementServer.PORT,
                metrics.registry(),
                Optional::empty, // an informer tries until it can go on
                () ->
                    Optional.ofNullable(running.get())
                        .map(PipelineOperator::whyNotReady)
                        .orElse(Optional.of("the API server is asked what is there to watch")))
            .with(
                NAMESPACES_PATH,
                () ->
                    Optional.ofNullable(running.get())
                        .flatMap(PipelineOperator::whyNotAllNamespaces))) {
      var operator =
          PipelineOperator.create(
              new KubernetesClientBuilder()
                  .withKubernetesSerialization(BoundedJson.serialization())
                  .build(),
              platform,
              login,
              metrics,
              RuntimeVariable.POD_NAME.in(environment),
              Optional.ofNullable(environment.get(POD_NAMESPACE)));
      running.set(operator);
      Runtime.getRuntime().addShutdownHook(new Thread(operator::stop, "shutdown"));
      operator.start();
      log.info(
          "reconciling {} with topics by {}, management on port {}",
          DataPipeline.KIND,
          platform.kafka().topicProvider(),
          management.port());
      Thread.currentThread().join();
    }
  }

  private static KafkaLogin login(Map<String, String> environment, PlatformConfig platform) {
    if (platform.kafka().secretName() == null) {
      return KafkaLogin.none();
    }
    var folder = environment.get(KAFKA_DIR);
    if (folder == null) {
      throw new IllegalStateException(
          "the environment variable %s is not set, though the configuration has kafka.secretName"
              .formatted(KAFKA_DIR));
    }
    return KafkaLogin.in(Path.of(folder), platform.kafka().makesUsers());
  }

  private static PlatformConfig platform(Map<String, String> environment) throws IOException {
    var file = environment.get(PLATFORM_CONFIG);
    if (file == null) {
      throw new IllegalStateException(
          "the environment variable " + PLATFORM_CONFIG + " is not set");
    }
    return PlatformConfig.parse(Files.readString(Path.of(file)));
  }
}
