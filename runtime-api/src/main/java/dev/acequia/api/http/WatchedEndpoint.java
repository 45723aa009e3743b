package dev.acequia.api.http;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketBufferHandler;

/** Tomcat's endpoint, whose channels tell how much their clients take. */
final class WatchedEndpoint extends NioEndpoint {
  /** So many connections may have what the kernel finds right for them. */
  private static final int FEW_CONNECTIONS = 64;

  /** Of each connection beyond, each way: a window of a fast client nearby. */
  private static final int QUEUE_BYTES = 32 << 10;

  /** A channel that tells. */
  interface Watched {
    Sent sent();
  }

  /** What a channel has sent. Written by the one thread that writes to the channel. */
  static final class Sent {
    private volatile long bytes;
    private volatile boolean stalled;

    int add(int written) {
      if (written > 0) {
        bytes += written;
      }
      var none = written == 0;
      if (stalled != none) {
        stalled = none;
      }
      return written;
    }

    void end() {
      stalled = false;
    }

    long bytes() {
      return bytes;
    }

    /** Whether the client took nothing when something was last written. */
    boolean isStalled() {
      return stalled;
    }
  }

  private static final class Plain extends NioChannel implements Watched {
    private final Sent sent = new Sent();

    Plain(SocketBufferHandler buffers) {
      super(buffers);
    }

    @Override
    public void reset(SocketChannel channel, NioSocketWrapper connection) throws IOException {
      sent.end();
      super.reset(channel, connection);
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      return sent.add(super.write(bytes));
    }

    @Override
    public Sent sent() {
      return sent;
    }
  }

  private static final class Secure extends SecureNioChannel implements Watched {
    private final Sent sent = new Sent();

    Secure(SocketBufferHandler buffers, NioEndpoint endpoint) {
      super(buffers, endpoint);
    }

    @Override
    public void reset(SocketChannel channel, NioSocketWrapper connection) throws IOException {
      sent.end();
      super.reset(channel, connection);
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      return sent.add(super.write(bytes));
    }

    @Override
    public Sent sent() {
      return sent;
    }
  }

  /** The kernel's queues grow to megabytes each way, and count as the container's memory. */
  @Override
  protected boolean setSocketOptions(SocketChannel channel) {
    if (getConnections().size() >= FEW_CONNECTIONS) {
      try {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, QUEUE_BYTES);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, QUEUE_BYTES);
      } catch (IOException e) {
        return false; // it is closed already
      }
    }
    return super.setSocketOptions(channel);
  }

  @Override
  protected NioChannel createChannel(SocketBufferHandler buffers) {
    return isSSLEnabled() ? new Secure(buffers, this) : new Plain(buffers);
  }
}
