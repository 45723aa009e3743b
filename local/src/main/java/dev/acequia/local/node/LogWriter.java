package dev.acequia.local.node;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Writes what a process says as a log in the form of the container runtimes: {@code <time> stdout F
 * <line>}, with {@code P} for a piece of a line that is too long.
 */
final class LogWriter implements AutoCloseable {
  /** The longest piece of a line, as container runtimes have it. */
  private static final int MAX_LINE_BYTES = 16 << 10;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final Path file;
  private final long maxBytes;
  private final Clock clock = Clock.systemUTC();
  private final byte[] line = new byte[MAX_LINE_BYTES];
  private int lineLength;
  private OutputStream out;
  private long size;

  /** Begins the file anew, readable by its owner alone. */
  LogWriter(Path file, long maxBytes) throws IOException {
    this.file = file;
    this.maxBytes = maxBytes;
    this.out = open();
  }

  /** Writes all that comes until the stream ends. */
  void copy(InputStream in) throws IOException {
    var buffer = new byte[8 << 10];
    for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      var now = clock.instant();
      for (var i = 0; i < n; i++) {
        if (buffer[i] == '\n') {
          write('F', now);
        } else {
          if (lineLength == MAX_LINE_BYTES) {
            write('P', now);
          }
          line[lineLength++] = buffer[i];
        }
      }
      out.flush();
      if (size >= maxBytes) {
        turnOver();
      }
    }
    if (lineLength > 0) {
      write('F', clock.instant());
    }
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private void write(char tag, Instant now) throws IOException {
    var head = (TIME.format(now) + " stdout " + tag + " ").getBytes(StandardCharsets.US_ASCII);
    out.write(head);
    out.write(line, 0, lineLength);
    out.write('\n');
    size += head.length + lineLength + 1;
    lineLength = 0;
  }

  private void turnOver() throws IOException {
    out.close();
    Files.move(file, LogFiles.turnedOver(file), StandardCopyOption.REPLACE_EXISTING);
    out = open();
  }

  private OutputStream open() throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    size = 0;
    return new BufferedOutputStream(Files.newOutputStream(file), 32 << 10);
  }
}
