package dev.acequia.local.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node in a process of its own, so that a test can kill it. */
final class LocalNodeProcess {
  private LocalNodeProcess() {}

  /** Starts the process; it says {@code ready} when the node is. */
  static Process start(NodeConfig config) throws Exception {
    var process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                LocalNodeProcess.class.getName(),
                config.kubeconfig().toString(),
                config.nodeName(),
                config.workDir().toString(),
                config.logDir().toString(),
                config.imageRoots().getFirst().toString(),
                config.addressBlock())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var said = process.inputReader().readLine();
    if (!"ready".equals(said)) {
      throw new IllegalStateException("The node did not start: " + said);
    }
    return process;
  }

  public static void main(String[] args) throws Exception {
    var node =
        LocalNode.start(
            new NodeConfig(
                Path.of(args[0]),
                args[1],
                Path.of(args[2]),
                Path.of(args[3]),
                List.of(Path.of(args[4])),
                args[5],
                0,
                Optional.empty(),
                Map.of(),
                Duration.ofSeconds(5)));
    System.out.println("ready");
    try (node) {
      Thread.currentThread().join();
    }
  }
}
