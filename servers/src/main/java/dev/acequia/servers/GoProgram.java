package dev.acequia.servers;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * A program that is published as Go source only: the tool that a {@code go.mod} pins, compiled into
 * the user's cache.
 */
public final class GoProgram {
  private static final int SAID_EVERY_SECONDS = 8;

  private GoProgram() {}

  /**
   * The compiled program. The first call takes minutes. A second process waits for the first.
   *
   * @param name of the program's file
   * @param module the folder with {@code go.mod} and {@code go.sum}
   * @param progress takes a line at a time while the program is compiled
   * @throws ServerException when Go is missing or cannot compile it
   */
  public static synchronized Path compiled(String name, Path module, Consumer<String> progress) {
    var cache = UserCache.folder().resolve("go");
    try {
      var folder = cache.resolve(name + "-" + version(module));
      var program = folder.resolve(name);
      if (Files.isExecutable(program)) {
        return program;
      }
      Files.createDirectories(folder);
      try (var channel =
              FileChannel.open(
                  folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var _ = channel.lock()) {
        if (!Files.isExecutable(program)) {
          compile(name, module, folder, progress);
        }
      }
      return program;
    } catch (IOException e) {
      throw new ServerException("%s cannot be kept in %s: %s".formatted(name, cache, e), e);
    }
  }

  private static String version(Path module) throws IOException {
    var crc = new CRC32();
    crc.update(Files.readAllBytes(module.resolve("go.mod")));
    crc.update(Files.readAllBytes(module.resolve("go.sum")));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static void compile(String name, Path module, Path folder, Consumer<String> progress)
      throws IOException {
    var unfinished = folder.resolve(name + ".new");
    var log = folder.resolve("go.log");
    var began = System.nanoTime();
    progress.accept("compiling %s by Go, once: two to three minutes on 2 cores".formatted(name));
    var go = start(name, module, unfinished, log);
    try {
      while (!go.waitFor(SAID_EVERY_SECONDS, TimeUnit.SECONDS)) {
        progress.accept(
            "compiling %s (%d s)"
                .formatted(name, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)));
      }
    } catch (InterruptedException e) {
      go.destroy();
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while Go compiled " + name, e);
    }
    if (go.exitValue() != 0) {
      throw new ServerException(
          "Go cannot compile %s:%n%s".formatted(name, Files.readString(log).strip()));
    }
    Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private static Process start(String name, Path module, Path program, Path log) {
    var builder =
        new ProcessBuilder(
                List.of(
                    "go",
                    "build",
                    "-mod=readonly",
                    "-trimpath",
                    "-buildvcs=false",
                    "-ldflags=-s -w",
                    "-o",
                    program.toString(),
                    "tool"))
            .directory(module.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("CGO_ENABLED", "0");
    try {
      return builder.start();
    } catch (IOException e) {
      throw new ServerException(
          "%s cannot be compiled: install Go 1.26 or newer (%s)".formatted(name, e.getMessage()),
          e);
    }
  }
}
