package dev.acequia.api.access;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of changed Secrets soon after the kubelet has put them in place. It looks, rather than have
 * the kernel tell: the link that changes may lie on any kind of file system.
 */
public final class SecretWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SecretWatch.class);
  private static final Duration PERIOD = Duration.ofMillis(500);

  private final List<Watched> watched = new ArrayList<>();
  private final Thread thread = Thread.ofVirtual().name("secrets").unstarted(this::run);
  private volatile boolean closed;

  /** Takes in the files of a Secret. */
  interface Reader {
    /**
     * Takes them in.
     *
     * @throws IOException when they are of no use; what was known before stays
     */
    void read(Map<String, byte[]> files) throws IOException;
  }

  private static final class Watched {
    private final MountedFolder folder;
    private final Reader reader;
    private @Nullable String version;
    private String trouble = "";

    Watched(MountedFolder folder, Reader reader) {
      this.folder = folder;
      this.reader = reader;
    }

    void look() throws IOException {
      var found = folder.version();
      if (!found.equals(version)) {
        reader.read(folder.files());
        // While the files were read they may have changed again; then the versions differ.
        version = found;
      }
    }

    /** What is of no use is looked at again; what was known before stays. */
    void lookAgain() {
      try {
        look();
        trouble = "";
      } catch (IOException | RuntimeException e) {
        if (!trouble.equals(e.toString())) {
          LOG.warn("the changed Secret in {} is not taken over: {}", folder, e.getMessage());
          trouble = e.toString();
        }
      }
    }
  }

  /**
   * Reads a folder now, and again whenever it has changed; to be called before {@link #start}.
   *
   * @throws IOException when the reader refuses its first files
   */
  void add(Path folder, Reader reader) throws IOException {
    var added = new Watched(new MountedFolder(folder), reader);
    added.look();
    watched.add(added);
  }

  void start() {
    if (!watched.isEmpty()) {
      thread.start();
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void run() {
    try {
      while (!closed) {
        Thread.sleep(PERIOD);
        watched.forEach(Watched::lookAgain);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
