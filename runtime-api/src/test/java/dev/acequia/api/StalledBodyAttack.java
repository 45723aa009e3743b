package dev.acequia.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Sends a part of a push, and then a byte a second or nothing more. */
final class StalledBodyAttack implements Attack {
  private static final int CLIENTS = 150;
  private static final Duration LONGEST = Duration.ofSeconds(90);
  private static final int CHUNK = 1 << 13;

  private final AttackTarget target;
  private final List<ExtremePush> pushes;

  StalledBodyAttack(AttackTarget target, List<ExtremePush> pushes) {
    this.target = target;
    this.pushes = pushes;
  }

  @Override
  public int clients() {
    return CLIENTS;
  }

  @Override
  public void once(Random random, Tally tally) throws IOException, InterruptedException {
    var push = pushes.get(random.nextInt(pushes.size()));
    var chunked = random.nextBoolean();
    try (var socket = target.connect(random)) {
      socket.getOutputStream().write(head(push, chunked, random).getBytes(US_ASCII));
      var some =
          random.nextInt(16) == 0 ? push.body().length : Math.min(push.body().length, 64 << 10);
      send(socket, push.body(), random.nextInt(some), chunked);
      stall(socket, chunked, random.nextBoolean(), tally);
    }
  }

  private String head(ExtremePush push, boolean chunked, Random random) {
    var head = new StringBuilder("POST /v1/records" + push.query() + " HTTP/1.1\r\nHost: a\r\n");
    push.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    if (!push.proves()) {
      head.append(target.login(random));
    }
    return head.append(
            chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + push.body().length)
        .append("\r\n\r\n")
        .toString();
  }

  private static void send(Socket socket, byte[] body, int length, boolean chunked)
      throws IOException {
    var out = socket.getOutputStream();
    for (var at = 0; at < length; at += CHUNK) {
      var part = Math.min(CHUNK, length - at);
      if (chunked) {
        out.write((Integer.toHexString(part) + "\r\n").getBytes(US_ASCII));
      }
      out.write(body, at, part);
      if (chunked) {
        out.write("\r\n".getBytes(US_ASCII));
      }
    }
  }

  /** Until the server has enough of it. */
  private void stall(Socket socket, boolean chunked, boolean trickles, Tally tally)
      throws IOException, InterruptedException {
    socket.setSoTimeout(1000);
    var end = System.nanoTime() + LONGEST.toNanos();
    while (!target.isOver() && System.nanoTime() - end < 0) {
      try {
        var status = socket.getInputStream().readNBytes(12);
        tally.count(status.length < 12 ? "closed" : new String(status, 9, 3, US_ASCII));
        return;
      } catch (SocketTimeoutException stillWaiting) {
        if (trickles) {
          socket.getOutputStream().write((chunked ? "1\r\n \r\n" : " ").getBytes(US_ASCII));
        }
      }
    }
    tally.count(target.isOver() ? "left" : "outlasted");
  }
}
