package dev.acequia.benchmarks.faults;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One of the product's programs, to be run from a class path that may not be whole. */
enum RuntimeProgram {
  CONSUMER("dev.acequia.consumer.ConsumerProcess"),
  MIGRATION("dev.acequia.consumer.MigrationProcess");

  private final String mainClass;

  RuntimeProgram(String mainClass) {
    this.mainClass = mainClass;
  }

  /**
   * A process that is not started yet.
   *
   * @param classPath what comes first wins
   */
  ProcessBuilder on(String classPath, Map<String, String> environment) {
    var builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx192m",
                "-XX:TieredStopAtLevel=1", // short lives
                "-Xshare:auto",
                "-cp",
                classPath,
                mainClass));
    builder.environment().putAll(environment);
    return builder;
  }
}
