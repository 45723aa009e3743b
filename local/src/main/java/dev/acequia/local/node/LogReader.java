package dev.acequia.local.node;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Sends what a {@link LogQuery} wants of the log of one run. */
final class LogReader {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int TIME = "2026-11-01T00:00:00.000000000Z ".length();
  private static final int TAG = TIME + "stdout ".length();
  private static final int TEXT = TAG + "F ".length();

  private final Path file;
  private final LogQuery query;
  private final OutputStream out;
  private long skip;
  private long left;

  LogReader(Path file, LogQuery query, OutputStream out) {
    this.file = file;
    this.query = query;
    this.out = out;
    this.left = query.limitBytes().orElse(Long.MAX_VALUE);
  }

  /**
   * Sends the log; with {@code follow} until the run is over and all it said is sent. A log that is
   * gone is sent as an empty one.
   *
   * @param running whether more may come
   */
  void send(BooleanSupplier running) throws IOException, InterruptedException {
    var older = LogFiles.turnedOver(file);
    if (query.tailLines().isPresent()) {
      skip = Math.max(0, count(older) + count(file) - query.tailLines().getAsLong());
    }
    try (var lines = new Lines(older)) {
      sendAll(lines);
    } catch (NoSuchFileException e) {
      // The log was never turned over.
    }
    var more = true;
    while (more && left > 0) {
      try (var lines = new Lines(file)) {
        more = follow(lines, running);
      } catch (NoSuchFileException e) {
        more =
            query.follow() && running.getAsBoolean(); // between two files while it is turned over
        Thread.sleep(POLL);
      }
    }
  }

  /** Sends one file as it grows; returns true once it was turned over and another one took over. */
  private boolean follow(Lines lines, BooleanSupplier running)
      throws IOException, InterruptedException {
    while (true) {
      var last = !query.follow() || !running.getAsBoolean();
      var turnedOver = !lines.isOf(file);
      sendAll(lines);
      out.flush();
      if (last || left <= 0) {
        return false;
      }
      if (turnedOver) {
        return true;
      }
      Thread.sleep(POLL);
    }
  }

  private long count(Path log) throws IOException {
    var count = 0L;
    try (var lines = new Lines(log)) {
      for (var line = lines.next(); line != null; line = lines.next()) {
        count += isWanted(line) ? 1 : 0;
      }
    } catch (NoSuchFileException e) {
      return 0;
    }
    return count;
  }

  private void sendAll(Lines lines) throws IOException {
    for (var line = lines.next(); line != null && left > 0; line = lines.next()) {
      if (isWanted(line) && skip-- <= 0) {
        if (query.timestamps()) {
          write(line, 0, TIME);
        }
        var whole = line[TAG] == 'F';
        write(line, TEXT, whole ? line.length : line.length - 1);
      }
    }
  }

  private void write(byte[] bytes, int from, int to) throws IOException {
    var n = (int) Math.min(left, to - from);
    out.write(bytes, from, n);
    left -= n;
  }

  private boolean isWanted(byte[] line) {
    if (line.length <= TEXT) {
      return false;
    }
    if (query.since().equals(Instant.EPOCH)) {
      return true;
    }
    try {
      var time = new String(line, 0, TIME - 1, StandardCharsets.US_ASCII);
      return !Instant.parse(time).isBefore(query.since());
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  /** The whole lines of a file that may still grow. */
  private static final class Lines implements AutoCloseable {
    private final Object key;
    private final InputStream in;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    Lines(Path file) throws IOException {
      // Taken first: should another file take over in between, isOf() is false and it is read next.
      this.key = keyOf(file);
      this.in = new BufferedInputStream(Files.newInputStream(file), 64 << 10);
    }

    /** The next line with its end, null when there is none yet. */
    byte @Nullable [] next() throws IOException {
      for (var b = in.read(); b >= 0; b = in.read()) {
        begun.write(b);
        if (b == '\n') {
          var line = begun.toByteArray();
          begun.reset();
          return line;
        }
      }
      return null;
    }

    boolean isOf(Path file) throws IOException {
      return Files.exists(file) && key.equals(keyOf(file));
    }

    @Override
    public void close() throws IOException {
      in.close();
    }

    private static Object keyOf(Path file) throws IOException {
      return Objects.requireNonNull(
          Files.readAttributes(file, BasicFileAttributes.class).fileKey(), "file key");
    }
  }
}
