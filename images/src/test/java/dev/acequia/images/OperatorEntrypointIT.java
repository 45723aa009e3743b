package dev.acequia.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operator's entry point, with a program in place of Java that tells its arguments. */
class OperatorEntrypointIT {
  private static final long MIB = 1 << 20;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"432, 192", "1024, 784", "200, 96", "65536, 1024"})
  void theHeapFollowsTheContainersMemory(long limitMib, int heapMib) throws Exception {
    Files.writeString(folder.resolve("memory.max"), limitMib * MIB + "\n");
    assertThat(arguments()).contains("-Xmx" + heapMib + "m");
  }

  @Test
  void theHeapFollowsTheContainersMemoryOfAnOlderKernel() throws Exception {
    Files.createDirectory(folder.resolve("memory"));
    Files.writeString(folder.resolve("memory/memory.limit_in_bytes"), 432 * MIB + "\n");
    assertThat(arguments()).contains("-Xmx192m");
  }

  @ParameterizedTest
  @CsvSource({"memory.max, max", "memory/memory.limit_in_bytes, 9223372036854771712"})
  void withoutALimitTheHeapIsThatOfTheChart(String file, String none) throws Exception {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), none + "\n");
    assertThat(arguments()).contains("-Xmx192m");
  }

  private List<String> arguments() throws IOException, InterruptedException {
    var java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
    Files.createFile(
        java, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    var builder = new ProcessBuilder(Path.of("acequia-operator/entrypoint").toString());
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().put("CGROUP_ROOT", folder.toString());
    builder.environment().remove("JAVA_OPTS");
    var process = builder.start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return said.lines().toList();
  }
}
