package dev.acequia.benchmarks.harness;

import java.io.PrintWriter;
import java.util.Locale;

/** Tells a person what a benchmark is doing, with the seconds since it began. */
public final class Progress {
  private final PrintWriter out;
  private final long began = System.nanoTime();

  public Progress(PrintWriter out) {
    this.out = out;
  }

  /** Says one line; the arguments are as for {@link String#format}. */
  public synchronized void say(String format, Object... arguments) {
    out.printf(
        Locale.ROOT,
        "%6.1f s  %s%n",
        (System.nanoTime() - began) / 1e9,
        String.format(Locale.ROOT, format, arguments));
    out.flush();
  }
}
