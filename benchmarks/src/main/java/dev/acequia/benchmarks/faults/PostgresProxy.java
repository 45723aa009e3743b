package dev.acequia.benchmarks.faults;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Stands between one consumer and PostgreSQL, follows what the consumer says, and springs a trap at
 * the moment that it is set for.
 */
final class PostgresProxy implements StoreLink {
  private static final int SSL_REQUEST = 80877103;
  private static final int GSS_REQUEST = 80877104;

  private final ServerSocket server;
  private final Supplier<InetSocketAddress> postgres;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final Traps traps = new Traps();

  /**
   * A proxy that listens.
   *
   * @param postgres where a connection goes that begins now
   */
  PostgresProxy(Supplier<InetSocketAddress> postgres) {
    this.postgres = postgres;
    try {
      server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("postgres-proxy").start(this::accept);
  }

  @Override
  public StorePorts ports() {
    return new StorePorts(server.getLocalPort());
  }

  @Override
  public Traps traps() {
    return traps;
  }

  /** Cuts all connections. */
  void cut() {
    connections.forEach(Connection::cut);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        var client = server.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        var upstream = new Socket()) {
      upstream.connect(postgres.get(), 2_000);
      client.setTcpNoDelay(true);
      upstream.setTcpNoDelay(true);
      var connection = new Connection(client, upstream);
      connections.add(connection);
      try {
        var answers = Thread.ofVirtual().start(connection::passAnswers);
        connection.passMessages();
        answers.join();
      } finally {
        connection.cut();
        connections.remove(connection);
      }
    } catch (IOException unreachable) {
      // The client sees its connection closed, as it would by a server that is down.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One client's connection. */
  private final class Connection {
    private final Socket client;
    private final Socket upstream;
    private volatile boolean loseAnswer;

    Connection(Socket client, Socket upstream) {
      this.client = client;
      this.upstream = upstream;
    }

    void passMessages() {
      try {
        var in = new DataInputStream(new BufferedInputStream(client.getInputStream(), 1 << 17));
        var out =
            new DataOutputStream(new BufferedOutputStream(upstream.getOutputStream(), 1 << 17));
        begin(in, out);
        var messages = new FrontendMessages();
        while (true) {
          var type = in.readByte();
          var length = in.readInt();
          var body = new byte[length - Integer.BYTES];
          in.readFully(body);
          var moment = messages.hear((char) type, body);
          if (moment.isPresent()) {
            out.flush(); // what came before it is at the server
            switch (traps.springAt(List.of(moment.get()))) {
              case PASS -> {}
              case CUT -> {
                return;
              }
              case LOSE_ANSWER -> loseAnswer = true;
            }
          }
          out.writeByte(type);
          out.writeInt(length);
          out.write(body);
          if (in.available() == 0) {
            out.flush();
          }
        }
      } catch (IOException gone) {
        // One side has left; so does the other.
        return;
      } finally {
        cut();
      }
    }

    /** The messages without a type: requests for encryption, and the one that begins a session. */
    private void begin(DataInputStream in, DataOutputStream out) throws IOException {
      int code;
      do {
        var length = in.readInt();
        code = in.readInt();
        var body = in.readNBytes(length - 2 * Integer.BYTES);
        out.writeInt(length);
        out.writeInt(code);
        out.write(body);
        out.flush();
      } while (code == SSL_REQUEST || code == GSS_REQUEST);
    }

    void passAnswers() {
      try {
        var in = upstream.getInputStream();
        var out = client.getOutputStream();
        var buffer = new byte[1 << 16];
        while (true) {
          var count = in.read(buffer);
          if (count < 0) {
            throw new EOFException();
          }
          if (loseAnswer) {
            return;
          }
          out.write(buffer, 0, count);
        }
      } catch (IOException gone) {
        return;
      } finally {
        cut();
      }
    }

    void cut() {
      close(client);
      close(upstream);
    }

    private static void close(Socket socket) {
      try {
        socket.setSoLinger(true, 0); // no orderly end: what was not passed on is lost
        socket.close();
      } catch (IOException closed) {
        return;
      }
    }
  }
}
