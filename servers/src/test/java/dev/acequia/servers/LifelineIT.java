package dev.acequia.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifelineIT {
  @TempDir Path folder;

  @Test
  void endsTheChildrenOfAKilledParent() throws Exception {
    var parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName(),
                folder.toString())
            .start();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !ProcessRecord.readAll(folder.resolve("run")).isEmpty());
    var child = ProcessRecord.readAll(folder.resolve("run")).getFirst().note().process();
    assertThat(child).isPresent();

    parent.destroyForcibly().waitFor(10, TimeUnit.SECONDS);

    await().atMost(Duration.ofSeconds(20)).until(() -> !child.get().isAlive());
  }

  /** A program with a child that would outlive it. */
  static final class Parent {
    public static void main(String[] args) throws InterruptedException {
      var home = Home.at(Path.of(args[0]));
      ChildProcess.start("child", "sleep", List.of("sleep", "60"), Map.of(), home);
      Thread.currentThread().join(); // Until the test kills this process.
    }
  }
}
