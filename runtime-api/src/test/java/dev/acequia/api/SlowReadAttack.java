package dev.acequia.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Random;

/** Asks for large answers, and reads a byte a second of them, or nothing. */
final class SlowReadAttack implements Attack {
  private static final int CLIENTS = 60;
  private static final Duration LONGEST = Duration.ofSeconds(150);
  private static final int FLOOD_BYTES = 8 << 20;
  private static final String PIPELINE = "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n".repeat(20);

  private final AttackTarget target;

  SlowReadAttack(AttackTarget target) {
    this.target = target;
  }

  @Override
  public int clients() {
    return CLIENTS;
  }

  @Override
  public void once(Random random, Tally tally) throws IOException, InterruptedException {
    try (var socket = target.connect(random)) {
      var out = socket.getOutputStream();
      switch (random.nextInt(4)) {
        case 0 -> out.write(PIPELINE.getBytes(US_ASCII));
        case 1 -> {
          out.write(request(random).getBytes(US_ASCII));
          flood(socket.getChannel());
        }
        default -> out.write(request(random).getBytes(US_ASCII));
      }
      tally.count(outcome(socket, random.nextBoolean()));
    }
  }

  /** Behind a request that is not answered yet, nobody reads what comes. */
  private static void flood(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    var junk = ByteBuffer.allocate(FLOOD_BYTES);
    while (junk.hasRemaining() && channel.write(junk) > 0) {
      // As much as the two sockets hold.
    }
    channel.configureBlocking(true);
  }

  private String outcome(Socket socket, boolean reads) throws IOException, InterruptedException {
    socket.setSoTimeout(1000);
    var end = System.nanoTime() + LONGEST.toNanos();
    var began = false;
    while (System.nanoTime() - end < 0) {
      if (target.pause(Duration.ofSeconds(1))) {
        return began ? "left with an answer" : "left";
      }
      try {
        if (reads || !began) {
          if (socket.getInputStream().read() < 0) {
            return began ? "closed within an answer" : "closed";
          }
          began = true;
        } else {
          socket.getOutputStream().write('\r'); // fails once the server has closed
        }
      } catch (SocketTimeoutException e) {
        // The page is not complete yet.
      } catch (SocketException e) {
        return began ? "closed within an answer" : "closed";
      }
    }
    return "outlasted";
  }

  private String request(Random random) {
    var query = ExtremeQuery.large(target.table(), random);
    var head = new StringBuilder("GET " + query.path() + " HTTP/1.1\r\nHost: a\r\n");
    for (var i = 0; i < query.headers().size(); i += 2) {
      head.append(query.headers().get(i) + ": " + query.headers().get(i + 1) + "\r\n");
    }
    return head.append(target.login(random)).append("\r\n").toString();
  }
}
