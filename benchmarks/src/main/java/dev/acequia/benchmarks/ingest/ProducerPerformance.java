package dev.acequia.benchmarks.ingest;

import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.MeasuredProcess;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.PeerLibraries;
import dev.acequia.benchmarks.harness.ProcessMeter;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Kafka's own measure of a broker: one producer that sends as fast as it can, with acks=all. */
final class ProducerPerformance {
  static final String NAME = "Kafka's ProducerPerformance";

  private static final int WARM_UP_RECORDS = 1_000_000;

  /** What one measurement sends, its warm-up included. */
  static final int RECORDS = 3_000_000;

  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** The last line is the steady state's. */
  private static final Pattern SUMMARY =
      Pattern.compile(
          "records sent, ([0-9.]+) records/sec .* ([0-9]+) ms 50th, ([0-9]+) ms 95th, ([0-9]+) ms"
              + " 99th");

  private final Workplace workplace;
  private final List<String> command = new ArrayList<>();

  ProducerPerformance(Workplace workplace, String topic, Path records, Progress progress)
      throws IOException, InterruptedException {
    this.workplace = workplace;
    var libraries = PeerLibraries.of("kafka-tools", progress);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-cp",
            libraries + "/*",
            "org.apache.kafka.tools.ProducerPerformance",
            "--bootstrap-server",
            workplace.kafka().bootstrapServers(),
            "--topic",
            topic,
            "--payload-file",
            records.toString(),
            "--num-records",
            Integer.toString(RECORDS),
            "--warmup-records",
            Integer.toString(WARM_UP_RECORDS),
            "--throughput",
            "-1",
            "--command-property",
            "acks=all"));
  }

  Figures measure() throws IOException, InterruptedException {
    var output = workplace.folder().resolve("producer-performance.log");
    var kafka = new ProcessMeter(workplace.kafka().pid());
    var before = kafka.usage();
    try (var process = MeasuredProcess.start(NAME, command, Map.of(), output)) {
      process.awaitSuccess(LIMIT);
    }
    var summaries = SUMMARY.matcher(Files.readString(output)).results().toList();
    if (summaries.isEmpty()) {
      throw new CommandException(NAME + " said no rate: " + Files.readString(output));
    }
    var steady = summaries.getLast();
    var figures = new Figures();
    figures.put(Metric.PER_SECOND, Double.parseDouble(steady.group(1)));
    figures.put(Metric.P50_MS, Double.parseDouble(steady.group(2)));
    figures.put(Metric.P99_MS, Double.parseDouble(steady.group(4)));
    figures.put(
        Metric.KAFKA_CPU_SECONDS_PER_MILLION,
        kafka.usage().cpuSecondsSince(before) / RECORDS * 1e6);
    return figures;
  }
}
