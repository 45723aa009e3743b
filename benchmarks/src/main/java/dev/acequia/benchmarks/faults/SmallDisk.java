package dev.acequia.benchmarks.faults;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A file system in memory that is full when somebody wants it to be. It is mounted for as long as
 * this process needs it, which takes root.
 */
final class SmallDisk implements AutoCloseable {
  private static final long BLOCK = 4096;
  private static final String ROOMY = "8g";

  private final Path folder;
  private final Thread unmount = new Thread(this::unmount, "unmount");

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /** Why there are no such disks on this machine. */
  static Optional<String> missing() {
    return new UnixSystem().getUid() == 0
        ? Optional.empty()
        : Optional.of("only root can mount a small file system; run this as root");
  }

  /** Mounts one; empty when this machine does not let us. */
  static Optional<SmallDisk> mount(Path folder) {
    if (missing().isPresent()) {
      return Optional.empty();
    }
    try {
      var disk = new SmallDisk(Files.createDirectories(folder));
      disk.run("mount", "-t", "tmpfs", "-o", "mode=755,size=" + ROOMY, "tmpfs");
      Runtime.getRuntime().addShutdownHook(disk.unmount); // when Ctrl-C is faster than close()
      return Optional.of(disk);
    } catch (IOException refused) {
      return Optional.empty();
    }
  }

  /** Leaves no room for anything. */
  void fill() throws IOException {
    var store = Files.getFileStore(folder);
    var used = store.getTotalSpace() - store.getUnallocatedSpace();
    // What is written meanwhile may not fit any more.
    for (var blocks = used / BLOCK + 1; ; blocks += 64) {
      try {
        resize(Long.toString(blocks * BLOCK));
        return;
      } catch (IOException taken) {
        if (blocks > used / BLOCK + (1 << 16)) {
          throw taken;
        }
      }
    }
  }

  void makeRoom() throws IOException {
    resize(ROOMY);
  }

  @Override
  public void close() {
    unmount();
    try {
      Runtime.getRuntime().removeShutdownHook(unmount);
    } catch (IllegalStateException shuttingDown) {
      return;
    }
  }

  private void resize(String bytes) throws IOException {
    run("mount", "-o", "remount,size=" + bytes);
  }

  private void unmount() {
    try {
      run("umount", "--lazy");
    } catch (IOException e) {
      System.err.println("acequia: cannot unmount " + folder + ": " + e.getMessage());
    }
  }

  private void run(String... command) throws IOException {
    var whole = new ArrayList<>(List.of(command));
    whole.add(folder.toString());
    var process = new ProcessBuilder(whole).redirectErrorStream(true).start();
    var words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", whole) + ": " + words.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
