package dev.acequia.local.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.servers.Ports;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodePortIT {
  private final ReadyPods pods = new ReadyPods();
  private final int port = Ports.free();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Queue<String> accepted = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() throws Exception {
    for (var each : open) {
      each.close();
    }
  }

  @Test
  void givesConnectionsToReadyPodsInTurn() throws IOException {
    pods.put(pod("a", server("a"), true));
    pods.put(pod("b", server("b"), true));
    pods.put(pod("unready", server("unready"), false));
    listen(true);

    assertThat(List.of(ask("1"), ask("2"), ask("3"), ask("4")))
        .containsExactlyInAnyOrder("a:1", "a:3", "b:2", "b:4");
  }

  @Test
  void givesNoMoreConnectionsToAPodThatIsBeingDeleted() throws IOException {
    var leaving = pod("a", server("a"), true);
    pods.put(leaving);
    pods.put(pod("b", server("b"), true));
    listen(true);
    leaving.getMetadata().setDeletionTimestamp("2026-11-01T00:00:00Z");
    pods.put(leaving);

    assertThat(List.of(ask("1"), ask("2"))).containsExactly("b:1", "b:2");
  }

  @Test
  void passesByAPodWhoseProcessHasJustDied() throws IOException {
    pods.put(pod("dead", Ports.free(), true));
    pods.put(pod("alive", server("alive"), true));
    listen(true);

    assertThat(List.of(ask("1"), ask("2"))).containsExactly("alive:1", "alive:2");
  }

  @Test
  void keepsAnOpenConnectionWhenItsPodIsNoLongerReady() throws IOException {
    var pod = pod("a", server("a"), true);
    pods.put(pod);
    listen(true);
    try (var client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      client.getOutputStream().write("half ".getBytes(StandardCharsets.UTF_8));
      await().until(() -> accepted.contains("a"));
      pods.remove(pod);
      client.getOutputStream().write("whole".getBytes(StandardCharsets.UTF_8));
      client.shutdownOutput();

      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("a:half whole");
    }
  }

  @Test
  void saysInHttpThatNoPodIsReady() throws IOException {
    listen(true);

    assertThat(ask("POST /v1/records HTTP/1.1\r\n\r\n" + "x".repeat(1 << 20)))
        .startsWith("HTTP/1.1 503 ")
        .contains("Retry-After: 1\r\n")
        .endsWith(
            "\"status\":503,\"detail\":\"No Pod of the Service flights in ops is ready.\"}\n");
  }

  @Test
  void resetsWhatIsNotHttpWhenNoPodIsReady() throws IOException {
    listen(false);

    assertThatThrownBy(() -> ask("hello")).isInstanceOf(IOException.class);
  }

  private void listen(boolean http) throws IOException {
    var route =
        new Route(port, "ops", "flights", Map.of("app", "f"), new IntOrString("http"), http);
    open.add(NodePort.open(route, pods));
  }

  private String ask(String question) throws IOException {
    try (var client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      client.setSoTimeout(10_000);
      client.getOutputStream().write(question.getBytes(StandardCharsets.UTF_8));
      client.shutdownOutput();
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Answers its name and what it was asked, when all was asked. */
  private int server(String name) throws IOException {
    var listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    open.add(listener);
    Thread.ofVirtual()
        .start(
            () -> {
              while (!listener.isClosed()) {
                try (var socket = listener.accept()) {
                  accepted.add(name);
                  var question = socket.getInputStream().readAllBytes();
                  socket.getOutputStream().write((name + ":").getBytes(StandardCharsets.UTF_8));
                  socket.getOutputStream().write(question);
                } catch (IOException closed) {
                  // the test has ended
                }
              }
            });
    return listener.getLocalPort();
  }

  private static Pod pod(String name, int port, boolean ready) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("ops")
        .withUid(name)
        .addToLabels("app", "f")
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .addNewPort()
        .withName("http")
        .withContainerPort(port)
        .endPort()
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPodIP("127.0.0.1")
        .addNewCondition()
        .withType("Ready")
        .withStatus(ready ? "True" : "False")
        .endCondition()
        .endStatus()
        .build();
  }
}
