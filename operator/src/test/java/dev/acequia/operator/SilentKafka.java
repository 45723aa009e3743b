package dev.acequia.operator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Accepts connections as a broker would, and answers nothing until it is told to. */
final class SilentKafka implements AutoCloseable {
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Integer realPort;

  SilentKafka() {
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("silent-kafka").start(this::accept);
  }

  String bootstrapServers() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** From now on this broker answers here. */
  void answerBy(int port) {
    realPort = port;
    open.forEach(SilentKafka::end);
  }

  @Override
  public void close() throws IOException {
    server.close();
    open.forEach(SilentKafka::end);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        var socket = server.accept();
        open.add(socket);
        var port = realPort;
        if (port != null) {
          var real = new Socket(InetAddress.getLoopbackAddress(), port);
          open.add(real);
          Thread.ofVirtual().start(() -> copy(socket, real));
          Thread.ofVirtual().start(() -> copy(real, socket));
        }
      } catch (IOException e) { // closed, or the client has gone: it comes again
        continue;
      }
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) { // either end has gone, and so goes the other
      end(from);
    } finally {
      end(to);
    }
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
