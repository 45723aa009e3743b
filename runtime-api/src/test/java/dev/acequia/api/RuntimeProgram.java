package dev.acequia.api;

import dev.acequia.contract.PipelineDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A process of the runtime by its own entry point, on an address of its own as a Pod has one. */
final class RuntimeProgram implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final int API_PORT = 8080;
  private static final String CONSUMER = "dev.acequia.consumer.ConsumerProcess";

  private final String address;
  private final Process process;

  private RuntimeProgram(String address, Process process) {
    this.address = address;
    this.process = process;
  }

  /** The consumer, which writes as the database's owner. */
  static RuntimeProgram consumer(
      PipelineDefinition definition, Map<String, String> environment, Path folder)
      throws IOException {
    return start(List.of("-Xmx96m"), CONSUMER, definition, environment, folder);
  }

  /** The API. */
  static RuntimeProgram api(
      PipelineDefinition definition,
      Map<String, String> environment,
      Path folder,
      List<String> options)
      throws IOException {
    return start(options, ApiProcess.class.getName(), definition, environment, folder);
  }

  private static RuntimeProgram start(
      List<String> options,
      String program,
      PipelineDefinition definition,
      Map<String, String> environment,
      Path folder)
      throws IOException {
    var number = NUMBER.incrementAndGet();
    var pid = ProcessHandle.current().pid();
    var address = "127.%d.%d.%d".formatted(64 + pid % 128, pid / 128 % 250, 1 + number);
    var file = Files.writeString(folder.resolve("pipeline-" + number), definition.toJson());
    var command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(folder.resolve("log-" + number).toFile());
    builder.environment().putAll(environment);
    builder.environment().put("MALLOC_ARENA_MAX", "2"); // as the image has it
    builder.environment().put("ACEQUIA_DEFINITION", file.toString());
    builder.environment().put("ACEQUIA_BIND_ADDRESS", address);
    builder.environment().put("POD_NAME", "pod-" + number);
    return new RuntimeProgram(address, builder.start());
  }

  /** The API's address. */
  String endpoint() {
    return "http://" + address + ":" + API_PORT;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What the process holds in memory, in KiB. */
  long residentKib() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  /** As a node does that lost patience. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(Duration.ofSeconds(40).toSeconds(), TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
  }
}
