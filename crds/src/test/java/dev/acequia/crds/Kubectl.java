package dev.acequia.crds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.servers.ControlPlane;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The client that users have: what it prints is what they see. */
record Kubectl(ControlPlane plane) {

  /** What a command printed, output and errors in order. */
  record Result(int exitCode, String text) {}

  Result run(String... arguments) throws IOException, InterruptedException {
    return runWith("", arguments);
  }

  Result runWith(String input, String... arguments) throws IOException, InterruptedException {
    var command =
        new ArrayList<>(List.of(plane.kubectl().toString(), "--kubeconfig=" + plane.kubeconfig()));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    }
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), text);
  }

  /** Runs what must succeed. */
  String ok(String... arguments) throws IOException, InterruptedException {
    var result = run(arguments);
    assertThat(result.exitCode()).as(result.text()).isZero();
    return result.text();
  }
}
