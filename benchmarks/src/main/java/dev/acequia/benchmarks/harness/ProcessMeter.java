package dev.acequia.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Reads from Linux's {@code /proc} what a process and its descendants use. */
public final class ProcessMeter {
  /** {@code USER_HZ}, which is 100 on every Linux that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  private static final int UTIME = 11; // counted from the state, which follows the name
  private static final int CSTIME = 14;

  private final long pid;

  public ProcessMeter(long pid) {
    this.pid = pid;
  }

  /**
   * What has been used so far; to be read before the process ends.
   *
   * @throws IllegalStateException when the process is gone
   */
  public ProcessUsage usage() {
    var root = of(pid);
    if (root.cpuSeconds() == 0 && root.peakRssMib() == 0 && !ProcessHandle.of(pid).isPresent()) {
      throw new IllegalStateException("process " + pid + " has ended: there is nothing to measure");
    }
    var descendants =
        ProcessHandle.of(pid).map(ProcessHandle::descendants).orElseGet(Stream::empty);
    return descendants
        .map(process -> of(process.pid()))
        .reduce(
            root,
            (a, b) ->
                new ProcessUsage(a.cpuSeconds() + b.cpuSeconds(), a.peakRssMib() + b.peakRssMib()));
  }

  /** Nothing for a process that has just ended: its parent has its CPU time by then. */
  private static ProcessUsage of(long pid) {
    var folder = Path.of("/proc", Long.toString(pid));
    try {
      return new ProcessUsage(
          cpuSeconds(Files.readString(folder.resolve("stat"))),
          peakRssMib(Files.readString(folder.resolve("status"))));
    } catch (IOException gone) {
      return new ProcessUsage(0, 0);
    }
  }

  /** User and system time, its own and that of the children it has waited for. */
  static double cpuSeconds(String stat) {
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", CSTIME + 2);
    var ticks = 0L;
    for (var field = UTIME; field <= CSTIME; field++) {
      ticks += Long.parseLong(fields[field]);
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** Linux's "high water mark"; 0 for a process without memory of its own. */
  static double peakRssMib(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElse(0);
  }
}
