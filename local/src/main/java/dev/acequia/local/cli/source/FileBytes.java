package dev.acequia.local.cli.source;

import dev.acequia.local.CommandException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** The text of a file as UTF-8 bytes, and how far the file itself has been read. */
public final class FileBytes extends FilterInputStream {
  private static final int BUFFER = 1 << 16;

  private final Counted counted;
  private final long size;

  private FileBytes(InputStream text, Counted counted, long size) {
    super(text);
    this.counted = counted;
    this.size = size;
  }

  static FileBytes open(Path path) throws IOException {
    var counted = new Counted(Files.newInputStream(path));
    try {
      var raw = new BufferedInputStream(counted, BUFFER);
      var text = isGzip(raw) ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER)) : raw;
      dropByteOrderMark(text, path);
      return new FileBytes(text, counted, Files.size(path));
    } catch (IOException | RuntimeException e) {
      counted.close();
      throw e;
    }
  }

  /** The share of the file that has been read, 0 to 1. */
  public double progress() {
    return size == 0 ? 1 : Math.min(1.0, (double) counted.bytes / size);
  }

  private static boolean isGzip(BufferedInputStream in) throws IOException {
    in.mark(2);
    var gzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return gzip;
  }

  private static void dropByteOrderMark(BufferedInputStream in, Path path) throws IOException {
    in.mark(4);
    var first = in.readNBytes(3);
    in.reset();
    if (first.length >= 2
        && ((first[0] == (byte) 0xff && first[1] == (byte) 0xfe)
            || (first[0] == (byte) 0xfe && first[1] == (byte) 0xff))) {
      throw new CommandException(
          path + ": this is UTF-16; save it as UTF-8, such as by: iconv -f UTF-16 -t UTF-8");
    }
    if (first.length == 3
        && first[0] == (byte) 0xef
        && first[1] == (byte) 0xbb
        && first[2] == (byte) 0xbf) {
      in.skipNBytes(3);
    }
  }

  /** Counts what is read from the file, by one thread; others may look. */
  private static final class Counted extends FilterInputStream {
    private volatile long bytes;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      var b = super.read();
      if (b >= 0) {
        add(1);
      }
      return b;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      var n = super.read(into, offset, length);
      if (n > 0) {
        add(n);
      }
      return n;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer
    private void add(int n) {
      bytes += n;
    }
  }
}
