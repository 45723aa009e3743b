package dev.acequia.local.cli;

import dev.acequia.local.cli.load.Durations;
import dev.acequia.local.cli.load.ImportListener;
import dev.acequia.local.cli.load.ImportResult;
import dev.acequia.local.cli.load.RecordProblem;
import dev.acequia.local.cli.source.Excerpt;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** An import on the screen: a bar where there is a terminal, else a line every few seconds. */
final class ImportDisplay implements ImportListener {
  private static final int SHOWN_PROBLEMS = 20;
  private static final int BAR = 30;
  private static final Duration LINE_PERIOD = Duration.ofSeconds(5);
  private static final Duration BAR_PERIOD = Duration.ofMillis(100);

  private final String file;
  private final PrintWriter err;
  private final boolean terminal;
  private final long start = System.nanoTime();
  private final Object lock = new Object();
  private long nextDrawing;
  private long accepted;
  private long rejected;
  private double share;
  private int problems;
  private boolean barShown;
  private String lastReason = "";
  private long lastReasonAt;

  ImportDisplay(String file, PrintWriter err) {
    this.file = Excerpt.of(file);
    this.err = err;
    this.terminal = Terminal.isPresent();
    this.nextDrawing = start + (terminal ? 0 : LINE_PERIOD.toNanos());
  }

  @Override
  public void answered(int newlyAccepted, int newlyRejected, double upTo) {
    synchronized (lock) {
      accepted += newlyAccepted;
      rejected += newlyRejected;
      share = Math.max(share, upTo);
      if (System.nanoTime() - nextDrawing >= 0) {
        draw();
        nextDrawing = System.nanoTime() + (terminal ? BAR_PERIOD : LINE_PERIOD).toNanos();
      }
    }
  }

  @Override
  public void problem(RecordProblem problem) {
    synchronized (lock) {
      problems++;
      if (problems <= SHOWN_PROBLEMS) {
        say(file + ": " + problem);
      } else if (problems == SHOWN_PROBLEMS + 1) {
        say("… more bad records are counted, but not shown");
      }
    }
  }

  @Override
  public void remark(String text) {
    synchronized (lock) {
      say(file + ": " + text);
    }
  }

  @Override
  public void waiting(String reason, Duration delay) {
    synchronized (lock) {
      var now = System.nanoTime();
      if (reason.equals(lastReason) && now - lastReasonAt < LINE_PERIOD.toNanos()) {
        return;
      }
      lastReason = reason;
      lastReasonAt = now;
      say(reason + "; trying again");
    }
  }

  @Override
  public void recovered() {
    synchronized (lock) {
      if (!lastReason.isEmpty()) {
        say("the endpoint answers again");
        lastReason = "";
      }
    }
  }

  /** Leaves the bar's line. */
  void end() {
    synchronized (lock) {
      if (barShown) {
        draw();
        err.println();
        err.flush();
        barShown = false;
      }
    }
  }

  /** One line for the whole import. */
  String summary(ImportResult result) {
    var elapsed = Duration.ofNanos(System.nanoTime() - start);
    return String.format(
        Locale.ROOT,
        "%,d sent, %,d accepted, %,d rejected in %s (%,d records/s)",
        result.sent(),
        result.accepted(),
        result.rejected(),
        Durations.text(elapsed),
        perSecond(result.accepted()));
  }

  private void draw() {
    var progress =
        String.format(
            Locale.ROOT,
            "%3.0f %%  %,d accepted%s  %,d records/s",
            share * 100,
            accepted,
            rejected == 0 ? "" : String.format(Locale.ROOT, ", %,d rejected", rejected),
            perSecond(accepted));
    if (terminal) {
      var filled = (int) Math.round(share * BAR);
      err.print(
          "\r"
              + file
              + "  "
              + "█".repeat(filled)
              + "░".repeat(BAR - filled)
              + " "
              + progress
              + "\033[K");
      barShown = true;
    } else {
      err.println(file + "  " + progress);
    }
    err.flush();
  }

  private void say(String line) {
    if (barShown) {
      err.print("\r\033[K");
    }
    err.println(line);
    err.flush();
  }

  private long perSecond(long records) {
    return Math.round(records / Math.max(1e-3, (System.nanoTime() - start) / 1e9));
  }
}
