package dev.acequia.servers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Ends the children when this process ends in any way, {@code kill -9} included: a shell reads
 * their ids from a pipe, and the pipe's end is this process' end.
 */
public final class Lifeline {
  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      pids=
      while read -r sign pid; do
        case $sign in
          +) pids="$pids $pid" ;;
          -) rest=
             for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done
             pids=$rest ;;
        esac
      done
      [ -n "$pids" ] || exit 0
      for p in $pids; do kill -TERM "$p"; done
      for turn in 1 2 3 4 5 6 7 8 9 10; do
        alive=
        for p in $pids; do kill -0 "$p" && alive=yes; done
        [ -n "$alive" ] || exit 0
        sleep 0.3
      done
      for p in $pids; do kill -KILL -- "-$p" || kill -KILL "$p"; done
      """;

  private static final ReentrantLock LOCK = new ReentrantLock();
  private static @Nullable OutputStream pipe;

  private Lifeline() {}

  /** Has a child end when this process does, until the child ends by itself. */
  public static void hold(Process child) {
    tell("+ " + child.pid());
    child.onExit().thenRun(() -> tell("- " + child.pid()));
  }

  private static void tell(String line) {
    LOCK.lock();
    try {
      var shell = pipe;
      if (shell == null) {
        shell = start();
        pipe = shell;
      }
      shell.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      shell.flush();
    } catch (IOException gone) {
      // The shell was killed. The records in run/ remain for the next start.
      pipe = null;
    } finally {
      LOCK.unlock();
    }
  }

  private static OutputStream start() throws IOException {
    return new ProcessBuilder(
            ProcessGroup.apart(List.of("/bin/sh", "-c", SCRIPT, "acequia-lifeline")))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .getOutputStream();
  }
}
