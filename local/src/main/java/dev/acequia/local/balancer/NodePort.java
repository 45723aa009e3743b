package dev.acequia.local.balancer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** One listener on 127.0.0.1. Each connection goes to the next ready Pod that accepts it. */
final class NodePort implements AutoCloseable {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(1);
  private static final int BACKLOG = 512;

  private final ServerSocket listener;
  private final ReadyPods pods;
  private final AtomicInteger turn = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile Route route;

  private NodePort(ServerSocket listener, Route route, ReadyPods pods) {
    this.listener = listener;
    this.route = route;
    this.pods = pods;
  }

  /**
   * Listens on the route's port.
   *
   * @throws IOException when the port is taken
   */
  static NodePort open(Route route, ReadyPods pods) throws IOException {
    var listener = new ServerSocket();
    try {
      listener.bind(
          new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), route.nodePort()), BACKLOG);
    } catch (IOException taken) {
      listener.close();
      throw taken;
    }
    var port = new NodePort(listener, route, pods);
    Thread.ofVirtual().name("balancer-" + route.nodePort()).start(port::accept);
    return port;
  }

  Route route() {
    return route;
  }

  /** The Service has changed; connections that are open stay where they are. */
  void redirect(Route changed) {
    route = changed;
  }

  /** Takes no more connections. Those that are open end with their Pods. */
  void closeListener() {
    try {
      listener.close();
    } catch (IOException e) {
      // Closed is closed.
    }
  }

  @Override
  public void close() {
    closeListener();
    open.forEach(Splice::close);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var client = listener.accept();
        Thread.ofVirtual().name("balancer-connection").start(() -> serve(client));
      } catch (IOException closed) {
        if (!listener.isClosed()) {
          LockSupport.parkNanos(50_000_000); // out of file descriptors: the next may succeed
        }
      }
    }
  }

  private void serve(Socket client) {
    open.add(client);
    try {
      client.setTcpNoDelay(true);
      var pod = connect();
      if (pod.isPresent()) {
        open.add(pod.get());
        try {
          new Splice(client, pod.get()).run();
        } finally {
          open.remove(pod.get());
        }
      } else {
        refuse(client);
      }
    } catch (IOException gone) {
      Splice.reset(client);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(client);
    }
  }

  private Optional<Socket> connect() {
    var targets = pods.targets(route);
    var first = turn.getAndIncrement() & Integer.MAX_VALUE;
    for (var i = 0; i < targets.size(); i++) {
      var target = targets.get((first + i) % targets.size());
      var socket = new Socket();
      try {
        socket.setTcpNoDelay(true);
        socket.connect(target, (int) CONNECT_LIMIT.toMillis());
        return Optional.of(socket);
      } catch (IOException dying) {
        Splice.close(socket); // its process has ended, and its status does not say so yet
      }
    }
    return Optional.empty();
  }

  private void refuse(Socket client) throws IOException {
    var current = route;
    if (!current.http()) {
      Splice.reset(client);
      return;
    }
    var problem =
        """
        {"type":"about:blank","title":"Service Unavailable","status":503,\
        "detail":"No Pod of the Service %s in %s is ready."}
        """
            .formatted(current.service(), current.namespace());
    var answer =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"
            + "Retry-After: 1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(problem.length(), problem);
    client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
    client.shutdownOutput();
    // Closing with bytes unread would reset the connection, and the answer would be lost with it.
    client.setSoTimeout((int) DRAIN_LIMIT.toMillis());
    var deadline = System.nanoTime() + DRAIN_LIMIT.toNanos();
    var buffer = new byte[16 << 10];
    while (System.nanoTime() < deadline && client.getInputStream().read(buffer) >= 0) {}
    Splice.close(client);
  }
}
