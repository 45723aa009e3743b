package dev.acequia.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What lasts as long as this process: servers that all its tests share, and their folders. At its
 * end servers are closed and folders deleted, the latest first.
 */
public final class Ephemeral {
  private interface Ending {
    void end() throws Exception;
  }

  private static final Deque<Ending> ENDINGS = new ArrayDeque<>();

  private Ephemeral() {}

  /** A new folder below that of temporary files. */
  public static Path folder(String name) {
    try {
      var folder = Files.createTempDirectory("acequia-" + name + "-");
      atTheEnd(() -> FileTree.delete(folder));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same server. */
  public static <S extends AutoCloseable> S server(S server) {
    atTheEnd(server::close);
    return server;
  }

  private static synchronized void atTheEnd(Ending ending) {
    if (ENDINGS.isEmpty()) {
      Runtime.getRuntime().addShutdownHook(new Thread(Ephemeral::end));
    }
    ENDINGS.push(ending);
  }

  private static synchronized void end() {
    while (!ENDINGS.isEmpty()) {
      try {
        ENDINGS.pop().end();
      } catch (Exception e) {
        System.err.println("at the end of the tests: " + e);
      }
    }
  }
}
