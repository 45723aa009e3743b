package dev.acequia.charts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.servers.ControlPlane;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The client that people have. */
public record Kubectl(ControlPlane plane) {

  /** Runs what must succeed, and returns what it printed, warnings too. */
  public String ok(String... arguments) throws IOException, InterruptedException {
    return okWith("", arguments);
  }

  public String okWith(String input, String... arguments) throws IOException, InterruptedException {
    var command =
        new ArrayList<>(List.of(plane.kubectl().toString(), "--kubeconfig=" + plane.kubeconfig()));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    }
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s\n%s", command, text).isZero();
    return text;
  }

  /** Whether the operator's ServiceAccount has a right; in namespace {@code ops} unless said. */
  boolean operatorMay(String verb, String resource, String... more)
      throws IOException, InterruptedException {
    var command =
        new ArrayList<>(
            List.of(
                plane.kubectl().toString(),
                "--kubeconfig=" + plane.kubeconfig(),
                "auth",
                "can-i",
                verb,
                resource,
                "--as=system:serviceaccount:acequia-system:acequia"));
    command.addAll(more.length == 0 ? List.of("--namespace=ops") : List.of(more));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(text.strip()).containsPattern("(^|\n)(yes|no)");
    return process.exitValue() == 0;
  }
}
