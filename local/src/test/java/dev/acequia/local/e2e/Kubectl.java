package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.servers.ControlPlaneBinaries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** kubectl as a user types it. */
record Kubectl(Path program, Path kubeconfig) {

  static Kubectl on(Path kubeconfig) throws IOException {
    return new Kubectl(
        ControlPlaneBinaries.resolve(true, line -> {}).program("kubectl"), kubeconfig);
  }

  /** What a command printed, both streams, and how it ended. */
  record Result(int exitCode, String output) {}

  /** Runs a command that has to succeed, and returns what it printed. */
  String run(String... arguments) {
    var result = tryRun("", arguments);
    assertThat(result.exitCode())
        .as("kubectl %s: %s", String.join(" ", arguments), result.output())
        .isZero();
    return result.output();
  }

  /** Applies a manifest that has to be accepted. */
  String apply(String yaml, String... arguments) {
    var all = new ArrayList<>(List.of("apply", "-f", "-"));
    all.addAll(List.of(arguments));
    var result = tryRun(yaml, all.toArray(String[]::new));
    assertThat(result.exitCode()).as("kubectl %s: %s", all, result.output()).isZero();
    return result.output();
  }

  Result tryRun(String input, String... arguments) {
    var command =
        new ArrayList<>(List.of(program.toString(), "--kubeconfig", kubeconfig.toString()));
    command.addAll(List.of(arguments));
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError("kubectl did not end: " + command);
      }
      return new Result(process.exitValue(), output);
    } catch (IOException e) {
      throw new AssertionError("kubectl does not run: " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
