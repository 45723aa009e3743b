package dev.acequia.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The control plane's programs. They are looked for in {@code $KUBEBUILDER_ASSETS}, then in the
 * user's cache; then the script {@code local/controlplane/build} downloads or compiles them.
 *
 * @param folder holds the programs under their own names
 */
public record ControlPlaneBinaries(Path folder) {
  private static final List<String> API_SERVER_ONLY = List.of("etcd", "kube-apiserver");
  private static final List<String> WHOLE =
      List.of("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl");

  /** The system property that names the repository's root, for programs that run elsewhere. */
  public static final String ROOT_PROPERTY = "acequia.root";

  /**
   * Finds or makes the programs.
   *
   * @param whole whether all are needed, or etcd and kube-apiserver suffice
   * @param progress is told, a line at a time, what is being made, which takes minutes
   * @throws ServerException when they are not there and cannot be made
   */
  public static ControlPlaneBinaries resolve(boolean whole, Consumer<String> progress) {
    var needed = whole ? WHOLE : API_SERVER_ONLY;
    var assets = Optional.ofNullable(System.getenv("KUBEBUILDER_ASSETS")).filter(s -> !s.isEmpty());
    if (assets.isPresent()) {
      var missing = missing(Path.of(assets.get()), needed);
      if (missing.isEmpty()) {
        return new ControlPlaneBinaries(Path.of(assets.get()));
      }
      progress.accept(
          "$KUBEBUILDER_ASSETS has no %s; looking elsewhere".formatted(String.join(", ", missing)));
    }
    var script = repositoryRoot().resolve("local/controlplane/build");
    var folder = Path.of(run(List.of(script.toString(), "--print-folder"), line -> {}));
    if (!missing(folder, needed).isEmpty()) {
      run(List.of(script.toString()), progress);
    }
    return new ControlPlaneBinaries(folder);
  }

  /** The kubectl on the PATH, if there is one; else {@code program("kubectl")} will do. */
  public static Optional<Path> kubectlOnPath() {
    return ProcessGroup.onPath("kubectl").map(Path::of);
  }

  /** The path of one program. */
  public Path program(String name) {
    return folder.resolve(name);
  }

  /** The folder with Acequia's sources: the system property, else found upwards from here. */
  public static Path repositoryRoot() {
    var property = System.getProperty(ROOT_PROPERTY);
    if (property != null) {
      return Path.of(property);
    }
    for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.isExecutable(folder.resolve("local/controlplane/build"))) {
        return folder;
      }
    }
    throw new ServerException(
        "local/controlplane/build was not found above %s; set the system property %s to the"
                .formatted(Path.of("").toAbsolutePath(), ROOT_PROPERTY)
            + " repository's root");
  }

  private static List<String> missing(Path folder, List<String> needed) {
    return needed.stream().filter(name -> !Files.isExecutable(folder.resolve(name))).toList();
  }

  /** Runs a script, and returns its last line. */
  private static String run(List<String> command, Consumer<String> progress) {
    var last = new ArrayDeque<String>();
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
          progress.accept(line);
          last.addLast(line);
          if (last.size() > 20) {
            last.removeFirst();
          }
        }
      }
      if (process.waitFor() != 0) {
        throw new ServerException(
            "The control plane cannot be made:\n"
                + last.stream().collect(Collectors.joining("\n")));
      }
      return last.getLast();
    } catch (IOException e) {
      throw new ServerException(String.join(" ", command) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while the control plane was being made", e);
    }
  }
}
