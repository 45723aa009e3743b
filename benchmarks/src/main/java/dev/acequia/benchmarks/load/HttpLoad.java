package dev.acequia.benchmarks.load;

import dev.acequia.local.CommandException;
import dev.acequia.servers.Lifeline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A load under way: the generator's process and what it says. */
public final class HttpLoad implements AutoCloseable {
  private final Process process;
  private final BufferedReader said;
  private final List<String> other = new ArrayList<>();

  private HttpLoad(Process process) {
    this.process = process;
    said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Begins with the warm-up. */
  public static HttpLoad start(LoadPlan plan) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms64m",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                LoadGenerator.class.getName()));
    command.addAll(plan.arguments());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Lifeline.hold(process);
    return new HttpLoad(process);
  }

  /**
   * Runs the whole of a plan.
   *
   * @throws CommandException when an answer was not a 2xx
   */
  public static LoadReport run(LoadPlan plan) throws IOException, InterruptedException {
    try (var load = start(plan)) {
      load.awaitMeasuring();
      return load.awaitReport();
    }
  }

  /** Waits for the end of the warm-up. */
  public void awaitMeasuring() throws IOException, InterruptedException {
    for (var line = said.readLine();
        !LoadGenerator.MEASURING.equals(line);
        line = said.readLine()) {
      note(line);
    }
  }

  /**
   * Waits for the end.
   *
   * @throws CommandException when an answer was not a 2xx, or there was none
   */
  public LoadReport awaitReport() throws IOException, InterruptedException {
    var line = said.readLine();
    while (line == null || !Character.isDigit(line.charAt(0))) {
      note(line);
      line = said.readLine();
    }
    var report = LoadReport.of(line);
    if (report.failed() > 0 || report.requests() == 0) {
      throw new CommandException(
          "%,d of %,d requests failed: ask for one by hand while the server runs"
              .formatted(report.failed(), report.requests()));
    }
    return report;
  }

  /** Keeps what the generator says beside its protocol, for the case that it ends. */
  private void note(@Nullable String line) throws InterruptedException {
    if (line == null) {
      throw new CommandException(
          "the load generator ended with code %d:%n%s"
              .formatted(process.waitFor(), String.join("\n", other)));
    }
    other.add(line);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
