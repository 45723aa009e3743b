package dev.acequia.api;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What attackers know.
 *
 * @param host the API's address
 * @param key that is in force
 * @param over is counted down when the attacks end
 */
record AttackTarget(
    String host, String key, ExtremeTable table, HttpClient http, CountDownLatch over) {
  static final int PORT = 8080;
  private static final int CONNECT_MILLIS = 30_000;

  boolean isOver() {
    return over.getCount() == 0;
  }

  /** Takes its time, unless the attacks end; returns whether they have. */
  boolean pause(Duration time) throws InterruptedException {
    return over.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + host + ":" + PORT + path))
        .timeout(Duration.ofMinutes(2));
  }

  /**
   * A connection that can hold little of an answer, from one of several addresses of this machine,
   * so that their ports suffice. An interrupt closes it.
   */
  Socket connect(Random random) throws IOException {
    var channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
      channel.bind(source(random));
      channel.socket().connect(new InetSocketAddress(host, PORT), CONNECT_MILLIS);
      return channel.socket();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  static InetSocketAddress source(Random random) {
    return new InetSocketAddress("127.0.0." + (2 + random.nextInt(8)), 0);
  }

  /** The header that proves who asks. One of eight attackers has no key. */
  String login(Random random) {
    return random.nextInt(8) == 0 ? "" : "X-Api-Key: " + key + "\r\n";
  }
}
