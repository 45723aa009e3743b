package dev.acequia.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The ports of a server by name. They stay the same when it is started again on the same folder.
 */
public final class Ports {
  /**
   * Below the ports that Linux and macOS hand out to clients, so that no connection takes one, and
   * above those of local platforms, which may be down just now.
   */
  private static final int LOWEST = 28_000;

  private static final int HIGHEST = 32_700;

  /** A server that was just killed may hold its ports until the last of its threads has ended. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final long POLL_NANOS = 50_000_000;

  private static final Set<Integer> HANDED_OUT = new HashSet<>();
  private static final ReentrantLock LOCK = new ReentrantLock();

  private final Properties byName;
  private final @Nullable Path file;

  private Ports(Properties byName, @Nullable Path file) {
    this.byName = byName;
    this.file = file;
  }

  /** Free ports, chosen when first asked for and kept in the folder's {@code ports.properties}. */
  public static Ports keptIn(Path folder) {
    var file = folder.resolve("ports.properties");
    var known = new Properties();
    if (Files.exists(file)) {
      try (var reader = Files.newBufferedReader(file)) {
        known.load(reader);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new Ports(known, file);
  }

  /** Ports that somebody else has chosen. */
  public static Ports fixed(Map<String, Integer> byName) {
    var ports = new Properties();
    byName.forEach((name, port) -> ports.setProperty(name, port.toString()));
    return new Ports(ports, null);
  }

  /** The port of that name. */
  public int of(String name) {
    var known = byName.getProperty(name);
    if (known != null) {
      return Integer.parseInt(known);
    }
    if (file == null) {
      throw new IllegalArgumentException("no port was chosen for " + name);
    }
    var port = free();
    byName.setProperty(name, Integer.toString(port));
    try {
      Files.createDirectories(file.getParent());
      try (var writer = Files.newBufferedWriter(file)) {
        byName.store(writer, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return port;
  }

  /**
   * The port of that name, seen to be free.
   *
   * @throws ServerException names the port and who wants it, when another program listens there
   */
  public int freeFor(String name, String server) {
    var port = of(name);
    if (!becomesFree(port)) {
      throw new ServerException(
          "Port %d, which %s needs, is in use by another program.".formatted(port, server));
    }
    return port;
  }

  /** A port of 127.0.0.1 that nobody listens on and that this process has not handed out before. */
  public static int free() {
    LOCK.lock();
    try {
      for (var attempt = 0; attempt < 10_000; attempt++) {
        var port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
        if (!HANDED_OUT.contains(port) && isFree(port)) {
          HANDED_OUT.add(port);
          return port;
        }
      }
      throw new ServerException(
          "No free port between %d and %d on 127.0.0.1.".formatted(LOWEST, HIGHEST));
    } finally {
      LOCK.unlock();
    }
  }

  /**
   * Whether a server can listen on that port of 127.0.0.1 now, or in a moment: what was just killed
   * may still be ending. Waits at most 5 seconds.
   */
  public static boolean becomesFree(int port) {
    var deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!isFree(port)) {
      if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  /** Whether a server could listen on that port of 127.0.0.1 now. */
  public static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
      return true;
    } catch (IOException busy) {
      return false;
    }
  }
}
