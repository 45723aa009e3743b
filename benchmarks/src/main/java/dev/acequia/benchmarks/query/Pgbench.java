package dev.acequia.benchmarks.query;

import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.MeasuredProcess;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.ProcessMeter;
import dev.acequia.benchmarks.harness.Spread;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.benchmarks.serving.FlightsPipeline;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What PostgreSQL itself can answer: pgbench sends the statement that Acequia sent, prepared, with
 * the same values bound to it.
 */
final class Pgbench {
  private static final Pattern RATE =
      Pattern.compile("tps = ([0-9.]+) \\(without initial connection time\\)");
  private static final Pattern PARAMETER = Pattern.compile("\\$([0-9]+)");
  private static final double LOGGED_SHARE = .02;
  private static final Duration BACKENDS_END = Duration.ofSeconds(5);

  private final Workplace workplace;
  private final int connections;
  private final Path folder;
  private final List<String> scripts = new ArrayList<>();

  /**
   * Writes a script for each variant.
   *
   * @param sql with {@code $1} and so on
   */
  Pgbench(
      Workplace workplace, int connections, String name, String sql, List<List<String>> variants)
      throws IOException {
    this.workplace = workplace;
    this.connections = connections;
    folder = Files.createDirectory(workplace.folder().resolve("pgbench-" + name));
    var parameters = PARAMETER.matcher(sql).results().count();
    for (var variant = 0; variant < variants.size(); variant++) {
      var values = variants.get(variant);
      if (parameters != values.size()) {
        throw new CommandException(
            "Acequia's statement binds %d values and %d are known: %s"
                .formatted(parameters, values.size(), sql));
      }
      var script = folder.resolve("variant-" + variant + ".sql");
      var prefix = "v" + variant + "_";
      Files.writeString(script, PARAMETER.matcher(sql).replaceAll(":" + prefix + "$1") + ";\n");
      scripts.addAll(List.of("--file", script.toString()));
      for (var i = 0; i < values.size(); i++) {
        scripts.addAll(List.of("--define", prefix + (i + 1) + "=" + values.get(i)));
      }
    }
  }

  /** The program's own word on its version. */
  static String version() throws IOException, InterruptedException {
    try {
      var process = new ProcessBuilder("pgbench", "--version").redirectErrorStream(true).start();
      var said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      process.waitFor();
      return said;
    } catch (IOException e) {
      throw new CommandException(
          "pgbench is missing. It comes with PostgreSQL; on Debian: apt-get install"
              + " postgresql-contrib",
          e);
    }
  }

  Figures measure(Duration duration) throws IOException, InterruptedException {
    var server = URI.create(workplace.postgres().uri(FlightsPipeline.DATABASE));
    var command =
        new ArrayList<>(
            List.of(
                "pgbench",
                "--no-vacuum",
                "--protocol=prepared",
                "--client=" + connections,
                "--jobs=2",
                "--time=" + duration.toSeconds(),
                "--host=" + server.getHost(),
                "--port=" + server.getPort(),
                "--username=" + FlightsPipeline.READER,
                "--log",
                "--log-prefix=" + folder.resolve("log"),
                "--sampling-rate=" + LOGGED_SHARE));
    command.addAll(scripts);
    command.add(FlightsPipeline.DATABASE);
    var output = folder.resolve("output");
    var postgres = new ProcessMeter(workplace.postgres().pid());
    var before = postgres.usage();
    var processes = postgresProcesses();
    try (var process =
        MeasuredProcess.start(
            "pgbench", command, Map.of("PGPASSWORD", FlightsPipeline.READER_PASSWORD), output)) {
      process.awaitSuccess(duration.plusSeconds(30));
    }
    awaitEnds(processes);
    var rate = RATE.matcher(Files.readString(output));
    if (!rate.find()) {
      throw new CommandException("pgbench said no rate: " + Files.readString(output));
    }
    var perSecond = Double.parseDouble(rate.group(1));
    var figures = new Figures();
    figures.put(Metric.PER_SECOND, perSecond);
    var latencies = latencies();
    figures.put(Metric.P50_MS, Spread.percentile(latencies, 50));
    figures.put(Metric.P99_MS, Spread.percentile(latencies, 99));
    figures.put(
        Metric.POSTGRES_CPU_SECONDS_PER_MILLION,
        postgres.usage().cpuSecondsSince(before) / (perSecond * duration.toSeconds()) * 1e6);
    return figures;
  }

  private long postgresProcesses() {
    return ProcessHandle.of(workplace.postgres().pid()).stream()
        .flatMap(ProcessHandle::descendants)
        .count();
  }

  /**
   * Waits until the connections' processes have ended: only then does PostgreSQL have their CPU.
   */
  private void awaitEnds(long before) throws InterruptedException {
    var deadline = System.nanoTime() + BACKENDS_END.toNanos();
    while (postgresProcesses() > before && System.nanoTime() < deadline) {
      Thread.sleep(10); // they are no children of this process, which is not told
    }
  }

  /** In milliseconds, as a sample of them was logged; the logs are gone afterwards. */
  private double[] latencies() throws IOException {
    var latencies = new ArrayList<Double>();
    try (var logs = Files.newDirectoryStream(folder, "log.*")) {
      for (var log : logs) {
        for (var line : Files.readAllLines(log)) {
          latencies.add(Double.parseDouble(line.split(" ", -1)[2]) / 1000);
        }
        Files.delete(log);
      }
    }
    return latencies.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
