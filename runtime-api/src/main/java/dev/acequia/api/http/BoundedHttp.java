package dev.acequia.api.http;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.coyote.Adapter;
import org.apache.coyote.Constants;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's HTTP with a deadline for what comes before a caller is known: the handshake of TLS, the
 * request line and the headers; and for what comes after the answer: the rest of a body that was
 * refused. A client that reads its answer has to do so at a pace. Tomcat's own timeout begins again
 * with every byte, and each connection that has sent one holds the buffers of a request.
 */
public final class BoundedHttp extends Http11NioProtocol {
  /** From the first byte, or from the connection when TLS comes first. */
  private static final Duration HEAD = Duration.ofSeconds(10);

  /** For the rest of a body whose answer is sent, so that a client that still sends can read it. */
  private static final Duration REST = Duration.ofSeconds(10);

  private static final Duration REST_UNDER_PRESSURE = Duration.ofSeconds(2);

  /** A connection without a request, while few are left. */
  private static final Duration IDLE_UNDER_PRESSURE = Duration.ofSeconds(5);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Seconds of waiting for a client, after which its pace is looked at. */
  private static final int ANSWER_PERIOD = 60;

  private static final long ANSWER_BYTES_PER_SECOND = 1 << 10;

  /** The buffers for headers both ways, those of the socket, and the request's and answer's. */
  private static final long CONNECTION_BYTES = 320 << 10;

  /** Beside them the engine's own, and its buffers for a record of TLS each way. */
  private static final long TLS_BYTES = 128 << 10;

  private static final int MAX_CONNECTIONS = 8192;

  private final Map<SocketWrapperBase<NioChannel>, Long> handshakes = new HashMap<>();
  private final Map<SocketWrapperBase<?>, Watched> atWork = new ConcurrentHashMap<>();
  private final Map<SocketWrapperBase<?>, Rest> rests = new HashMap<>();
  private final Map<SocketWrapperBase<?>, Answer> answers = new HashMap<>();
  private @Nullable Thread watch;

  /** Since when a request's rest is read; a connection's next request has a time of its own. */
  private record Rest(long request, long since) {}

  /** For how long a client was waited for, and what had been sent before. */
  private record Answer(int seconds, long sentBefore) {}

  /** Tells what it works at: a connection at work does not show its processor. */
  private final class Watched extends Http11Processor {
    private final BodyDeadline body = new BodyDeadline();

    Watched(Adapter adapter) {
      super(BoundedHttp.this, adapter);
    }

    @Override
    public SocketState service(SocketWrapperBase<?> connection) throws IOException {
      atWork.put(connection, this);
      try {
        return ScopedValue.where(BodyDeadline.AT_HAND, body).call(() -> super.service(connection));
      } finally {
        atWork.remove(connection);
      }
    }
  }

  /** For Tomcat, which makes it by its name. */
  public BoundedHttp() {
    super(new WatchedEndpoint());
  }

  /**
   * How many connections a process may have open, so that they take at most a third of its heap.
   *
   * @param heap the largest heap, in bytes
   */
  static int connections(long heap, boolean tls) {
    return (int) Math.min(heap / (CONNECTION_BYTES + (tls ? TLS_BYTES : 0)), MAX_CONNECTIONS);
  }

  @Override
  public void init() throws Exception {
    setMaxConnections(connections(Runtime.getRuntime().maxMemory(), isSSLEnabled()));
    super.init();
  }

  @Override
  protected Processor createProcessor() {
    return new Watched(getAdapter());
  }

  @Override
  public void start() throws Exception {
    super.start();
    watch = Thread.ofVirtual().name("http-deadlines").start(this::watch);
  }

  @Override
  public void stop() throws Exception {
    if (watch != null) {
      watch.interrupt();
    }
    super.stop();
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(PAUSE);
        endLateOnes();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void endLateOnes() {
    var now = System.nanoTime();
    var open = getEndpoint().getConnections();
    var pressed = open.size() > getMaxConnections() * 3 / 4;
    handshakes.keySet().retainAll(open);
    for (var connection : open) {
      // One that is locked is at work, which is bounded below and by its body's pace.
      if (!connection.getLock().isLocked()
          && (isLate(connection, now) || (pressed && isIdle(connection)))) {
        // By a thread of the connection's own, as work may begin just now.
        getEndpoint().processSocket(connection, SocketEvent.ERROR, true);
      }
    }
    rests.keySet().retainAll(atWork.keySet());
    answers.keySet().retainAll(atWork.keySet());
    atWork.forEach(
        (connection, processor) -> {
          endRest(connection, processor.getRequest(), now, pressed ? REST_UNDER_PRESSURE : REST);
          if (processor.body.hasPassed(now)) {
            endInput(connection);
          }
          endAnswer(connection);
        });
  }

  private void endRest(SocketWrapperBase<?> connection, Request request, long now, Duration limit) {
    if (request.getRequestProcessor().getStage() != Constants.STAGE_ENDINPUT) {
      rests.remove(connection);
      return;
    }
    var began = request.getStartTimeNanos();
    var rest = rests.get(connection);
    if (rest == null || rest.request != began) {
      rests.put(connection, new Rest(began, now));
    } else if (now - rest.since > limit.toNanos()) {
      endInput(connection);
    }
  }

  /** Only the seconds count in which the client is waited for. */
  private void endAnswer(SocketWrapperBase<?> connection) {
    if (!(connection.getSocket() instanceof WatchedEndpoint.Watched channel)
        || !channel.sent().isStalled()) {
      return;
    }
    var sent = channel.sent().bytes();
    var answer = answers.getOrDefault(connection, new Answer(0, sent));
    if (answer.seconds < ANSWER_PERIOD) {
      answers.put(connection, new Answer(answer.seconds + 1, answer.sentBefore));
    } else if (sent - answer.sentBefore < ANSWER_PERIOD * ANSWER_BYTES_PER_SECOND) {
      endOutput(connection);
    } else {
      answers.put(connection, new Answer(0, sent));
    }
  }

  /** Wakes the connection's own thread, whose next write fails. */
  private static void endOutput(SocketWrapperBase<?> connection) {
    if (connection.getSocket() instanceof NioChannel channel) {
      try {
        channel.getIOChannel().shutdownOutput();
      } catch (IOException e) {
        // It is closed already, which is what was wanted.
      }
    }
  }

  /** Wakes the connection's own thread, which finds the end of the stream and closes. */
  private static void endInput(SocketWrapperBase<?> connection) {
    if (connection.getSocket() instanceof NioChannel channel) {
      try {
        channel.getIOChannel().shutdownInput();
      } catch (IOException e) {
        // It is closed already, which is what was wanted.
      }
    }
  }

  private boolean isLate(SocketWrapperBase<NioChannel> connection, long now) {
    if (!connection.getSocket().isHandshakeComplete()) {
      return now - handshakes.computeIfAbsent(connection, key -> now) > HEAD.toNanos();
    }
    if (!(connection.getCurrentProcessor() instanceof Processor processor)) {
      return false;
    }
    // It stays with a connection that waits only when a head has begun and not ended.
    var began = processor.getRequest().getStartTimeNanos();
    return began >= 0 && now - began > HEAD.toNanos();
  }

  private static boolean isIdle(SocketWrapperBase<NioChannel> connection) {
    return connection.getCurrentProcessor() == null
        && connection instanceof NioEndpoint.NioSocketWrapper socket
        && System.currentTimeMillis() - socket.getLastRead() > IDLE_UNDER_PRESSURE.toMillis();
  }
}
