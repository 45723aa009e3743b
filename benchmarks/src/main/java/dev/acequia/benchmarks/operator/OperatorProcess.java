package dev.acequia.benchmarks.operator;

import dev.acequia.benchmarks.harness.MeasuredProcess;
import dev.acequia.benchmarks.harness.ProcessUsage;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.benchmarks.serving.Server;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The operator as it is deployed: its image's own entry point with its own flags. */
final class OperatorProcess implements AutoCloseable {
  private static final String ADDRESS =
      "127.77." + (ProcessHandle.current().pid() % 250 + 1) + ".1";
  private static final int MANAGEMENT_PORT = 8081;

  private final MeasuredProcess process;

  private OperatorProcess(MeasuredProcess process) {
    this.process = process;
  }

  /** Starts it, and waits until it says that it is ready. */
  static OperatorProcess start(Path folder, Map<String, String> environment, String platform)
      throws IOException, InterruptedException {
    var entrypoint =
        Workplace.repository().resolve("images/target/images/acequia-operator/entrypoint");
    if (!Files.isExecutable(entrypoint)) {
      throw new CommandException(
          "the operator's image is missing: there is no " + entrypoint + ". Run: mvn package");
    }
    var log = Files.createTempFile(folder, "operator-", ".log");
    var name = log.getFileName().toString().replace(".log", "");
    var file = Files.writeString(folder.resolve(name + ".yaml"), platform);
    var variables = new HashMap<>(environment);
    variables.put("ACEQUIA_PLATFORM_CONFIG", file.toString());
    variables.put("ACEQUIA_BIND_ADDRESS", ADDRESS);
    variables.put("POD_NAME", name);
    variables.put("JAVA_HOME", System.getProperty("java.home"));
    var process =
        MeasuredProcess.start("the operator", List.of(entrypoint.toString()), variables, log);
    var _ =
        new Server(process, new InetSocketAddress(ADDRESS, MANAGEMENT_PORT))
            .awaitReady(MANAGEMENT_PORT, "/health/ready");
    return new OperatorProcess(process);
  }

  ProcessUsage usage() {
    return process.usage();
  }

  /** The bytes that a full collection leaves, in MiB. */
  double liveHeapMib() throws IOException, InterruptedException {
    var total = jcmd("GC.class_histogram").lines().reduce("", (_, last) -> last).strip();
    var words = total.split(" +");
    if (!words[0].equals("Total")) {
      throw new CommandException("the class histogram has no line with a total, but: " + total);
    }
    return Long.parseLong(words[2]) / (double) (1 << 20);
  }

  /** Threads of the operator's own code that wait for an answer of Kafka's Admin API. */
  int threadsAtKafka() throws IOException, InterruptedException {
    var threads = 0;
    for (var thread : jcmd("Thread.print").split("\n\n", -1)) {
      if (thread.contains("at dev.acequia.operator.")
          && thread.contains("at org.apache.kafka.common.internals.KafkaFutureImpl.")) {
        threads++;
      }
    }
    return threads;
  }

  @Override
  public void close() {
    process.close();
  }

  private String jcmd(String command) throws IOException, InterruptedException {
    process.checkAlive();
    var jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(process.process().pid()),
                command)
            .redirectErrorStream(true)
            .start();
    var said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (jcmd.waitFor() != 0) {
      throw new CommandException("jcmd %s failed: %s".formatted(command, said));
    }
    return said;
  }
}
