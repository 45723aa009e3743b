package dev.acequia.benchmarks.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The clock of some child processes, which can be set while they run: by libfaketime, so that the
 * machine's own clock is never touched. What measures durations is left alone, as by a real jump.
 */
final class FakeClock {
  private static final Path LIBRARY =
      Path.of("/usr/lib")
          .resolve(
              System.getProperty("os.arch").equals("aarch64")
                  ? "aarch64-linux-gnu"
                  : "x86_64-linux-gnu")
          .resolve("faketime/libfaketimeMT.so.1");

  private final Path file;
  private volatile Duration ahead = Duration.ZERO;
  private volatile int timesSetBack;

  /**
   * A clock that is right.
   *
   * @param file says how far the clock is off
   */
  FakeClock(Path file) {
    this.file = file;
    set(Duration.ZERO);
  }

  /** Why there are no such clocks on this machine. */
  static Optional<String> missing() {
    return Files.exists(LIBRARY)
        ? Optional.empty()
        : Optional.of("there is no %s; on Debian: apt-get install faketime".formatted(LIBRARY));
  }

  /** What a process has in its environment that goes by this clock; nothing without libfaketime. */
  Map<String, String> environment() {
    return missing().isPresent()
        ? Map.of()
        : Map.of(
            "LD_PRELOAD", LIBRARY.toString(),
            "FAKETIME_TIMESTAMP_FILE", file.toString(),
            // Read again each second. At each look (FAKETIME_NO_CACHE) takes 0.2 ms a look.
            "FAKETIME_CACHE_DURATION", "1",
            "FAKETIME_DISABLE_SHM", "1", // or children would go by what their parents read first
            "FAKETIME_DONT_FAKE_MONOTONIC", "1",
            "DONT_FAKE_MONOTONIC", "1", // its name in former versions
            // Waits are by the clock of durations already; what mends others slows Kafka to a halt.
            "FAKETIME_FORCE_MONOTONIC_FIX", "0");
  }

  /** How far it is ahead; behind when negative. */
  Duration ahead() {
    return ahead;
  }

  /** How often it was set to an earlier time so far. */
  int timesSetBack() {
    return timesSetBack;
  }

  /** Sets it; those who go by it know within two seconds. */
  synchronized void set(Duration wanted) {
    if (wanted.compareTo(ahead) < 0) {
      timesSetBack++; // before anybody can see it
    }
    var unfinished = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(unfinished, "%+d%n".formatted(wanted.toSeconds()));
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ahead = wanted;
  }
}
