package dev.acequia.local.platform;

import dev.acequia.local.CommandException;
import dev.acequia.servers.ProcessGroup;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Starts a platform in a process that goes on when this one has ended. */
final class DetachedPlatform {
  private static final long POLL_MILLIS = 100;

  private DetachedPlatform() {}

  /**
   * Returns when the platform is ready.
   *
   * @param out is told what the new process prints
   * @throws CommandException when the new process ends instead; it has then said why
   */
  static void start(PlatformSettings settings, Consumer<String> out)
      throws IOException, InterruptedException {
    var files = settings.files();
    RunningPlatform.find(files)
        .ifPresent(
            running -> {
              throw new CommandException(running.describe());
            });
    Files.createDirectories(files.logs());
    Files.createDirectories(files.run());
    Files.deleteIfExists(files.ready());
    Files.deleteIfExists(files.output());
    var command =
        JavaCommand.of(
            PlatformProcess.class,
            files.folder().toString(),
            settings.repositoryRoot().toString(),
            Boolean.toString(settings.secureKafka()));
    settings.with().forEach(server -> command.add(server.name()));
    var process =
        new ProcessBuilder(ProcessGroup.apart(command))
            .redirectErrorStream(true)
            .redirectOutput(files.output().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    var abandon = Thread.ofPlatform().unstarted(process::destroy);
    Runtime.getRuntime().addShutdownHook(abandon); // Ctrl-C before it is ready
    try (var output = new RandomAccessFile(files.output().toFile(), "r")) {
      var ended = false;
      while (!Files.exists(files.ready()) && !ended) {
        ended = process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
        copyLines(output, out);
      }
      copyLines(output, out);
      Runtime.getRuntime().removeShutdownHook(abandon);
      if (ended) {
        throw new CommandException("The platform did not start; see " + files.output());
      }
    }
  }

  /** Copies the whole lines that were written since the last time. */
  private static void copyLines(RandomAccessFile file, Consumer<String> out) throws IOException {
    var from = file.getFilePointer();
    var bytes = new byte[Math.toIntExact(file.length() - from)];
    file.readFully(bytes);
    var end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    new String(bytes, 0, end, StandardCharsets.UTF_8).lines().forEach(out);
    file.seek(from + end);
  }
}
