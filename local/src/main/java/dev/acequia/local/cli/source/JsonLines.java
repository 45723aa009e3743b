package dev.acequia.local.cli.source;

import dev.acequia.local.CommandException;
import java.io.IOException;
import java.util.Arrays;

/** The lines of an NDJSON file, one at a time; blank lines are skipped. */
public final class JsonLines implements AutoCloseable {
  /** No endpoint takes a longer request. */
  private static final int MAX_LINE_BYTES = 16 << 20;

  private final RecordFile file;
  private final FileBytes in;
  private byte[] buffer = new byte[1 << 16];
  private int start;
  private int end;
  private int following;
  private int limit;
  private long line;

  private JsonLines(RecordFile file, FileBytes in) {
    this.file = file;
    this.in = in;
  }

  /**
   * Opens the file.
   *
   * @throws CommandException when it cannot be read, or is of another encoding than UTF-8
   */
  public static JsonLines open(RecordFile file) {
    var bytes = file.open();
    try {
      var marked = bytes.dropUtf8Mark();
      if (!marked && bytes.isUtf16()) {
        bytes.close();
        throw file.fault("this is UTF-16; save it as UTF-8, such as by: iconv -f UTF-16 -t UTF-8");
      }
      return new JsonLines(file, bytes);
    } catch (IOException e) {
      throw file.fault(FaultyFileException.reason(e), e);
    }
  }

  /**
   * Goes to the next line that is not blank; false at the end.
   *
   * @throws CommandException when it is longer than 16 MiB, or the file is empty or cannot be read
   */
  public boolean next() {
    while (nextLine()) {
      if (!isBlank()) {
        return true;
      }
    }
    if (line == 0) {
      throw file.fault("the file is empty");
    }
    return false;
  }

  /** The line's number, from 1. */
  public long line() {
    return line;
  }

  /**
   * The array that the line is in, at {@link #offset}; good until the next call of {@link #next}.
   */
  public byte[] buffer() {
    return buffer;
  }

  public int offset() {
    return start;
  }

  /** Bytes, without the line's end. */
  public int length() {
    return end - start;
  }

  /** The share of the file that has been read, 0 to 1. */
  public double progress() {
    return in.progress();
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw file.fault("cannot be closed: " + e.getMessage(), e);
    }
  }

  private boolean nextLine() {
    start = following;
    var scanned = start;
    while (true) {
      for (; scanned < limit; scanned++) {
        if (buffer[scanned] == '\n') {
          return lineUpTo(scanned, scanned + 1);
        }
      }
      scanned -= start; // filling moves the line to the front
      if (!fill()) {
        return start < limit && lineUpTo(limit, limit);
      }
    }
  }

  private boolean lineUpTo(int lineEnd, int nextStart) {
    end = lineEnd;
    following = nextStart;
    line++;
    return true;
  }

  /** Reads more, moving the line that has begun to the front; false at the end of the file. */
  private boolean fill() {
    System.arraycopy(buffer, start, buffer, 0, limit - start);
    limit -= start;
    start = 0;
    if (limit == buffer.length) {
      if (limit >= MAX_LINE_BYTES) {
        throw file.fault(line + 1, "longer than 16 MiB; is this NDJSON?");
      }
      buffer = Arrays.copyOf(buffer, limit * 2);
    }
    try {
      var n = in.read(buffer, limit, buffer.length - limit);
      if (n <= 0) {
        return false;
      }
      limit += n;
      return true;
    } catch (IOException e) {
      throw file.fault("line " + (line + 1) + ": " + FaultyFileException.reason(e), e);
    }
  }

  private boolean isBlank() {
    for (var i = start; i < end; i++) {
      if (buffer[i] != ' ' && buffer[i] != '\t' && buffer[i] != '\r') {
        return false;
      }
    }
    return true;
  }
}
