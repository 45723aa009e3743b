package dev.acequia.local.platform;

import dev.acequia.local.CommandException;
import dev.acequia.servers.ProcessRecord;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code acequia down}. */
@Command(
    name = "down",
    description = "Stop the local platform. Topics, tables and resources are kept for the next up.")
public final class DownCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration WORD = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(50);

  @Spec private CommandSpec spec;
  @Mixin private PlatformFolder folder;

  @Override
  public Integer call() throws InterruptedException {
    var out = spec.commandLine().getOut();
    var files = folder.files();
    var running = RunningPlatform.find(files);
    if (running.isEmpty()) {
      var left = ProcessRecord.endLeftovers(files.run(), Duration.ofSeconds(5));
      out.println(
          left.isEmpty()
              ? "No platform runs on %s.".formatted(files.folder())
              : "The platform on %s had been killed; ended what it left: %s"
                  .formatted(files.folder(), String.join(", ", left)));
      return 0;
    }
    var seconds = stop(running.get(), out);
    out.println("Stopped the platform on %s after %s s.".formatted(files.folder(), seconds));
    out.println(
        "Kept: its topics, tables, Kubernetes resources and logs. ./acequia up goes on with them;");
    out.println("rm -r " + files.folder() + " forgets them.");
    return 0;
  }

  private static String stop(RunningPlatform platform, PrintWriter out)
      throws InterruptedException {
    var began = System.nanoTime();
    platform.process().destroy();
    while (!endsWithin(platform, WORD)) {
      var passed = Duration.ofNanos(System.nanoTime() - began);
      if (passed.compareTo(LIMIT) > 0) {
        platform.process().destroyForcibly();
        throw new CommandException(
            "The platform did not stop within %d s and was killed. Its servers end with it."
                .formatted(LIMIT.toSeconds()));
      }
      out.println("stopping (%d s)".formatted(passed.toSeconds()));
      out.flush();
    }
    return String.format(Locale.ROOT, "%.1f", (System.nanoTime() - began) / 1e9);
  }

  private static boolean endsWithin(RunningPlatform platform, Duration time)
      throws InterruptedException {
    var deadline = System.nanoTime() + time.toNanos();
    while (RunningPlatform.find(platform.files()).isPresent()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(POLL);
    }
    return true;
  }
}
