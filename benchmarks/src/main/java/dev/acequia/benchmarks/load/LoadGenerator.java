package dev.acequia.benchmarks.load;

import com.sun.management.OperatingSystemMXBean;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The generator's program. It says {@link #MEASURING} on standard output when the warm-up is over
 * and its {@link LoadReport} at the end.
 */
public final class LoadGenerator {
  static final String MEASURING = "measuring";

  private final LoadPlan plan;
  private final List<ByteBuffer> requests;
  private final Selector selector;
  private final ByteBuffer received = ByteBuffer.allocateDirect(1 << 16);
  private final ArrayDeque<Connection> idle = new ArrayDeque<>();
  private Latencies latencies = new Latencies();
  private int next;
  private long failed;
  private long bodyBytes;
  private long began;
  private long asked;

  private final class Connection {
    final Answer answer = new Answer();
    SocketChannel channel;
    long since;

    Connection() throws IOException {
      channel = connect();
    }

    SocketChannel connect() throws IOException {
      var connected = SocketChannel.open(plan.server());
      connected.setOption(StandardSocketOptions.TCP_NODELAY, true);
      connected.configureBlocking(false);
      connected.register(selector, SelectionKey.OP_READ, this);
      return connected;
    }

    /**
     * Sends the next request.
     *
     * @param due when it was to be sent, from which its latency counts
     */
    void ask(long due) throws IOException {
      var request = requests.get(next);
      next = next + 1 == requests.size() ? 0 : next + 1;
      since = due;
      answer.begin();
      for (request.rewind(); request.hasRemaining(); ) {
        channel.write(request);
      }
    }

    /** Takes what has come; answers whether that was the end. */
    boolean receive() throws IOException {
      received.clear();
      if (channel.read(received) < 0) {
        throw new EOFException("the server closed a connection in mid-answer");
      }
      if (!answer.take(received.flip())) {
        return false;
      }
      latencies.add(System.nanoTime() - since);
      bodyBytes += answer.bodyBytes();
      if (!answer.succeeded()) {
        failed++;
      }
      if (answer.closing()) {
        channel.close();
        channel = connect();
      }
      return true;
    }
  }

  private LoadGenerator(LoadPlan plan) throws IOException {
    this.plan = plan;
    this.requests = RequestFile.read(plan.requests());
    this.selector = Selector.open();
  }

  public static void main(String[] args) throws IOException {
    new LoadGenerator(LoadPlan.of(args)).run();
  }

  private void run() throws IOException {
    for (var i = 0; i < plan.connections(); i++) {
      idle.add(new Connection());
    }
    askFor(plan.warmUp().toNanos());
    System.out.println(MEASURING);
    latencies = new Latencies();
    failed = 0;
    bodyBytes = 0;
    var cpu = cpuNanos();
    var start = System.nanoTime();
    askFor(plan.measured().toNanos());
    var seconds = (System.nanoTime() - start) / 1e9;
    System.out.println(
        new LoadReport(
                latencies.count(),
                failed,
                latencies.count() / seconds,
                latencies.percentile(50),
                latencies.percentile(99),
                latencies.percentile(100),
                (cpuNanos() - cpu) / 1e9,
                latencies.count() == 0 ? 0 : bodyBytes / latencies.count())
            .line());
  }

  private void askFor(long nanos) throws IOException {
    began = System.nanoTime();
    asked = 0;
    var end = began + nanos;
    for (var now = began; now < end; now = System.nanoTime()) {
      askWhatIsDue(now);
      selector.select(
          key -> {
            var connection = (Connection) key.attachment();
            try {
              if (connection.receive()) {
                if (plan.perSecond() > 0) {
                  idle.add(connection);
                } else {
                  connection.ask(System.nanoTime());
                }
              }
            } catch (IOException e) {
              throw new LoadException(e);
            }
          },
          1);
    }
  }

  private void askWhatIsDue(long now) throws IOException {
    if (plan.perSecond() == 0) {
      while (!idle.isEmpty()) {
        idle.remove().ask(now);
      }
      return;
    }
    var due = began + (long) (asked * 1e9 / plan.perSecond());
    while (due <= now && !idle.isEmpty()) {
      idle.remove().ask(due);
      asked++;
      due = began + (long) (asked * 1e9 / plan.perSecond());
    }
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Carries what a connection met out of the selector's callback. */
  private static final class LoadException extends RuntimeException {
    LoadException(IOException cause) {
      super(cause);
    }
  }
}
