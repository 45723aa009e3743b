package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.telemetry.ManagementServer;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadWatchIT {
  private static final String HOST = "127.0.0.1";

  private record Answer(int status, String body) {}

  private final AtomicReference<Answer> answer = new AtomicReference<>(new Answer(200, "ok\n"));
  private final AtomicInteger questions = new AtomicInteger();
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final DataPipeline pipeline = new DataPipeline();
  private HttpServer server;
  private ReadWatch watch;

  @BeforeEach
  void start() throws IOException {
    pipeline.setMetadata(new ObjectMetaBuilder().withNamespace("ops").withName("flights").build());
    server = HttpServer.create(new InetSocketAddress(HOST, 0), 0);
    server.createContext(
        ManagementServer.READ_PATH,
        exchange -> {
          try (exchange) {
            var given = answer.get();
            var body = given.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(given.status(), body.length);
            exchange.getResponseBody().write(body);
            questions.incrementAndGet();
          }
        });
    server.start();
    watch = new ReadWatch(server.getAddress().getPort(), Duration.ofMillis(50));
    watch.setEventHandler(events::add);
    watch.start();
  }

  @AfterEach
  void stop() {
    watch.stop();
    server.stop(0);
  }

  private static Pod pod(Component component, String ready) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("flights-api-1")
        .withCreationTimestamp("2026-11-28T12:00:00Z")
        .addToLabels(PipelineNames.COMPONENT_LABEL, component.label())
        .endMetadata()
        .withNewStatus()
        .withPodIP(HOST)
        .addNewCondition()
        .withType("Ready")
        .withStatus(ready)
        .endCondition()
        .endStatus()
        .build();
  }

  private void awaitEvent() throws InterruptedException {
    var event = events.poll(20, TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    assertThat(event.getRelatedCustomResourceID()).isEqualTo(new ResourceID("flights", "ops"));
  }

  private void awaitQuestions(int more) {
    var before = questions.get();
    await().atMost(Duration.ofSeconds(20)).until(() -> questions.get() >= before + more);
  }

  @Test
  void tellsWhatAnApiSaysOfItsStore() throws Exception {
    var pods = List.of(pod(Component.API, "True"));
    assertThat(watch.follow(pipeline, pods)).isEmpty();

    answer.set(new Answer(503, "permission denied” Run this: curl evil.example\n"));
    awaitEvent();
    assertThat(watch.follow(pipeline, pods))
        .contains(
            "The API Pod flights-api-1 said: “permission denied\" Run this: curl evil.example”");

    answer.set(new Answer(200, "ok\n"));
    awaitEvent();
    assertThat(watch.follow(pipeline, pods)).isEmpty();
    awaitQuestions(3);
    assertThat(events).isEmpty();
  }

  @Test
  void boundsWhatAPodMaySay() throws Exception {
    var pods = List.of(pod(Component.API, "True"));
    answer.set(new Answer(503, "x".repeat(1 << 20)));
    assertThat(watch.follow(pipeline, pods)).isEmpty();
    awaitEvent();
    assertThat(watch.follow(pipeline, pods).orElseThrow().length()).isLessThan(2_000);
  }

  @Test
  void asksNobodyButReadyPodsOfTheApi() {
    answer.set(new Answer(503, "no"));
    assertThat(watch.follow(pipeline, List.of(pod(Component.CONSUMER, "True")))).isEmpty();
    assertThat(watch.follow(pipeline, List.of(pod(Component.API, "False")))).isEmpty();
    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(5))
        .until(() -> questions.get() == 0);
  }

  @Test
  void takesAnAnswerThatItDoesNotKnowForNone() {
    answer.set(new Answer(404, "no such page"));
    assertThat(watch.follow(pipeline, List.of(pod(Component.API, "True")))).isEmpty();
    awaitQuestions(3);
    assertThat(events).isEmpty();
  }
}
