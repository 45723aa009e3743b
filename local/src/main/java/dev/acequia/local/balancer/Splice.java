package dev.acequia.local.balancer;

import java.io.IOException;
import java.net.Socket;

/** Two connections made one: what comes in at either goes out at the other. */
final class Splice {
  private static final int BUFFER_BYTES = 64 << 10;

  private final Socket client;
  private final Socket pod;

  Splice(Socket client, Socket pod) {
    this.client = client;
    this.pod = pod;
  }

  /**
   * Copies both ways until both sides have said all they had to say. An end of one side's stream is
   * passed on as such; an error on either side resets both.
   */
  void run() throws InterruptedException {
    var back = Thread.ofVirtual().name("balancer-back").start(() -> copy(pod, client));
    copy(client, pod);
    back.join();
    close(client);
    close(pod);
  }

  private void copy(Socket from, Socket to) {
    try {
      var in = from.getInputStream();
      var out = to.getOutputStream();
      var buffer = new byte[BUFFER_BYTES];
      for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
      to.shutdownOutput();
    } catch (IOException broken) {
      reset(from);
      reset(to);
    }
  }

  /** Closes so that the other side sees an error, not an orderly end. */
  static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException alreadyClosed) {
      // Then there is nothing to say either.
    }
    close(socket);
  }

  static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed is closed.
    }
  }
}
