package dev.acequia.servers;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.function.Consumer;

/** A program of Python's: what a {@code requirements.txt} pins, in the user's cache. */
final class PythonProgram {
  private PythonProgram() {}

  /**
   * The Python that has the program. The first call takes a minute or two. A second process waits
   * for the first.
   *
   * @param name of the program
   * @param scripts the folder with {@code requirements.txt}
   * @param progress takes a line while the program is installed
   * @throws ServerException when it cannot be installed, as without Python
   */
  static synchronized String installed(String name, Path scripts, Consumer<String> progress) {
    var cache = UserCache.folder();
    try {
      Files.createDirectories(cache);
      try (var channel =
              FileChannel.open(
                  cache.resolve(name + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          var _ = channel.lock()) {
        var install =
            new ProcessBuilder(
                    ControlPlaneBinaries.repositoryRoot()
                        .resolve("servers/python/install")
                        .toString(),
                    name,
                    scripts.resolve("requirements.txt").toString(),
                    cache.toString())
                .redirectErrorStream(true);
        return run(name, install.start(), progress);
      }
    } catch (IOException e) {
      throw new ServerException("%s cannot be installed in %s: %s".formatted(name, cache, e), e);
    }
  }

  /** The last line of the output, which is the Python's path. */
  private static String run(String name, Process install, Consumer<String> progress)
      throws IOException {
    var said = new ArrayList<String>();
    try (var lines = install.inputReader(StandardCharsets.UTF_8)) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("installing ")) {
          progress.accept(line);
        }
        said.add(line);
      }
      if (install.waitFor() != 0 || said.isEmpty()) {
        throw new ServerException(
            "%s cannot be installed: python3 with venv and pip is needed, and the network once.%n%s"
                .formatted(name, String.join("\n", said)));
      }
      return said.getLast();
    } catch (InterruptedException e) {
      install.descendants().forEach(ProcessHandle::destroy);
      install.destroy();
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while %s was installed".formatted(name), e);
    }
  }
}
