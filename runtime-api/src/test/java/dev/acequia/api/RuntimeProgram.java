package dev.acequia.api;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.telemetry.ManagementServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  private final Path log;

  private RuntimeProgram(String address, Process process, Path log) {
    this.address = address;
    this.process = process;
    this.log = log;
  }

  /** The consumer, which writes as the database's owner. */
  static RuntimeProgram consumer(
      PipelineDefinition definition, Map<String, String> environment, Path folder)
      throws IOException {
    var builder =
        new ProcessBuilder(
            ProcessHandle.current().info().command().orElse("java"),
            "-XX:+UseSerialGC",
            "-Xmx96m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            CONSUMER);
    return start(builder, definition, environment, folder, NUMBER.incrementAndGet());
  }

  /**
   * The API as its image starts it, with the image's own flags and libraries.
   *
   * @param options further ones of Java, which win
   */
  static RuntimeProgram api(
      PipelineDefinition definition,
      Map<String, String> environment,
      Path folder,
      List<String> options)
      throws IOException {
    var number = NUMBER.incrementAndGet();
    var home = image(folder.resolve("image-" + number));
    var builder = new ProcessBuilder("sh", home.resolve("entrypoint").toString(), "api");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("JAVA_OPTS", String.join(" ", options));
    return start(builder, definition, environment, folder, number);
  }

  /** The image's folder: its entry point, and beside it what the module's build leaves for it. */
  private static Path image(Path home) throws IOException {
    var libraries = Files.createDirectories(home.resolve("lib").resolve("api"));
    Files.copy(
        Path.of("..", "images", "acequia-runtime", "entrypoint"), home.resolve("entrypoint"));
    var own = ApiProcess.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    Files.createSymbolicLink(libraries.resolve("acequia-runtime-api.jar"), Path.of(own));
    link(Path.of("target", "lib"), libraries);
    var module = Path.of("..", "stores", "postgres", "target");
    var store = Files.createDirectories(home.resolve("lib").resolve("stores").resolve("postgres"));
    link(module, store);
    link(module.resolve("lib"), store);
    return home;
  }

  private static void link(Path from, Path to) throws IOException {
    try (var jars = Files.newDirectoryStream(from, "*.jar")) {
      for (var jar : jars) {
        Files.createSymbolicLink(to.resolve(jar.getFileName()), jar.toAbsolutePath());
      }
    }
  }

  private static RuntimeProgram start(
      ProcessBuilder builder,
      PipelineDefinition definition,
      Map<String, String> environment,
      Path folder,
      int number)
      throws IOException {
    var pid = ProcessHandle.current().pid();
    var address = "127.%d.%d.%d".formatted(64 + pid % 128, pid / 128 % 250, 1 + number);
    var file = Files.writeString(folder.resolve("pipeline-" + number), definition.toJson());
    var log = folder.resolve("log-" + number);
    builder.redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    builder.environment().put("ACEQUIA_DEFINITION", file.toString());
    builder.environment().put("ACEQUIA_BIND_ADDRESS", address);
    builder.environment().put("POD_NAME", "pod-" + number);
    return new RuntimeProgram(address, builder.start(), log);
  }

  String address() {
    return address;
  }

  /** The API's address. */
  String endpoint() {
    return "http://" + address + ":" + API_PORT;
  }

  /** The address of its management port. */
  String management() {
    return "http://" + address + ":" + ManagementServer.PORT;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What it has written. */
  String log() throws IOException {
    return Files.readString(log);
  }

  /** How many files and sockets it has open. */
  long openFiles() throws IOException {
    try (var files = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      return files.count();
    }
  }

  /** The most that the process has held in memory so far, in KiB. */
  long peakResidentKib() throws IOException {
    return memory("VmHWM:");
  }

  /** What the process holds in memory, in KiB. */
  long residentKib() throws IOException {
    return memory("VmRSS:");
  }

  private long memory(String name) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(0); // it has just ended
  }

  /** The API's address and port as {@code /proc/net/tcp} writes them. */
  String addressInProc() throws IOException {
    var bytes = InetAddress.getByName(address).getAddress();
    return "%02X%02X%02X%02X:%04X".formatted(bytes[3], bytes[2], bytes[1], bytes[0], API_PORT);
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
