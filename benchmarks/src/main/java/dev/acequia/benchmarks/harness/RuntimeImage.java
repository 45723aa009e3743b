package dev.acequia.benchmarks.harness;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * The product as it is deployed: the runtime image's own entry point with its own flags, in
 * processes of their own.
 */
public final class RuntimeImage {
  private static final AtomicInteger ADDRESSES = new AtomicInteger();

  private final Path entrypoint;
  private final Path folder;

  private RuntimeImage(Path entrypoint, Path folder) {
    this.entrypoint = entrypoint;
    this.folder = folder;
  }

  static RuntimeImage in(Path images, Path folder) {
    var entrypoint = images.resolve("acequia-runtime/entrypoint");
    if (!Files.isExecutable(entrypoint)) {
      throw new CommandException(
          "the runtime image is missing: there is no " + entrypoint + ". Run: mvn package");
    }
    return new RuntimeImage(entrypoint, folder);
  }

  /**
   * Starts a process of the image. It gets a loopback address of its own for its ports.
   *
   * @param command the entry point's arguments, such as {@code consumer}
   */
  public MeasuredProcess start(List<String> command, Map<RuntimeVariable, String> environment)
      throws IOException {
    var all = new ArrayList<>(List.of(entrypoint.toString()));
    all.addAll(command);
    var variables =
        environment.entrySet().stream()
            .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
    variables.put("JAVA_HOME", System.getProperty("java.home"));
    variables.putIfAbsent(RuntimeVariable.ACEQUIA_BIND_ADDRESS.name(), freeAddress());
    var log = Files.createTempFile(folder, command.getFirst() + "-", ".log");
    return MeasuredProcess.start(String.join(" ", command), all, variables, log);
  }

  /**
   * Starts another program in place of a role's own, with the role's Java, flags and libraries.
   *
   * @param role the entry point's argument, such as {@code api}
   * @param environment on top of this process's
   */
  public MeasuredProcess startInstead(
      String role, Class<?> program, Map<String, String> environment) throws IOException {
    return startInstead(role, "", program, environment);
  }

  /**
   * Starts another program in the same way, with the libraries of a store as well.
   *
   * @param kind of the store
   */
  public MeasuredProcess startInstead(
      String role, String kind, Class<?> program, Map<String, String> environment)
      throws IOException {
    var variables = new HashMap<>(environment);
    variables.put("JAVA_HOME", System.getProperty("java.home"));
    var libraries = entrypoint.resolveSibling("lib");
    var classPath =
        new ArrayList<>(
            List.of(
                program.getProtectionDomain().getCodeSource().getLocation().getPath(),
                libraries.resolve(role) + "/*"));
    if (!kind.isEmpty()) {
      variables.put(RuntimeVariable.STORE_KIND.name(), kind);
      classPath.add(libraries.resolve("stores").resolve(kind) + "/*");
    }
    // These words stand before the role's own class path and program, so Java takes them instead.
    variables.put(
        "JAVA_OPTS", "-cp %s %s".formatted(String.join(":", classPath), program.getName()));
    var log = Files.createTempFile(folder, program.getSimpleName() + "-", ".log");
    return MeasuredProcess.start(
        program.getSimpleName(), List.of(entrypoint.toString(), role), variables, log);
  }

  /** A loopback address that no other process of the benchmark listens on. */
  public String freeAddress() {
    var number = ADDRESSES.incrementAndGet();
    return "127.78." + (ProcessHandle.current().pid() % 250 + 1) + "." + (number % 250 + 1);
  }
}
