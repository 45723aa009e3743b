package dev.acequia.servers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    if (!Files.isDirectory(UserCache.folder().resolve(name))) {
      progress.accept("installing %s by pip, once: one to two minutes".formatted(name));
    }
    var install =
        new ProcessBuilder(
                ControlPlaneBinaries.repositoryRoot().resolve("servers/python/install").toString(),
                name,
                scripts.resolve("requirements.txt").toString())
            .redirectErrorStream(true);
    try {
      return run(name, install.start()).lines().reduce("", (former, line) -> line);
    } catch (IOException e) {
      throw new ServerException("%s cannot be installed: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static String run(String name, Process install) throws IOException {
    try {
      var said = new String(install.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (install.waitFor() != 0) {
        throw new ServerException(
            "%s cannot be installed: python3 with venv and pip is needed.%n%s"
                .formatted(name, said.strip()));
      }
      return said;
    } catch (InterruptedException e) {
      install.destroy();
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while %s was installed".formatted(name), e);
    }
  }
}
