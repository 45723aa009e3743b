package dev.acequia.local.platform;

import dev.acequia.local.CommandException;
import dev.acequia.servers.ProcessRecord;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    var seconds = stop(running.get().process(), out);
    out.println("Stopped the platform on %s after %s s.".formatted(files.folder(), seconds));
    out.println(
        "Kept: its topics, tables, Kubernetes resources and logs. ./acequia up goes on with them;");
    out.println("rm -r " + files.folder() + " forgets them.");
    return 0;
  }

  private static String stop(ProcessHandle process, PrintWriter out) throws InterruptedException {
    var began = System.nanoTime();
    process.destroy();
    while (!endsWithin(process, WORD)) {
      var passed = Duration.ofNanos(System.nanoTime() - began);
      if (passed.compareTo(LIMIT) > 0) {
        process.destroyForcibly();
        throw new CommandException(
            "The platform did not stop within %d s and was killed. Its servers end with it."
                .formatted(LIMIT.toSeconds()));
      }
      out.println("stopping (%d s)".formatted(passed.toSeconds()));
      out.flush();
    }
    return String.format(Locale.ROOT, "%.1f", (System.nanoTime() - began) / 1e9);
  }

  private static boolean endsWithin(ProcessHandle process, Duration time)
      throws InterruptedException {
    try {
      process.onExit().get(time.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException stillRunning) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
