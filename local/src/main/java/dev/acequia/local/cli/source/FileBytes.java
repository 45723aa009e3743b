package dev.acequia.local.cli.source;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** What is in a file, decompressed, and how far the file itself has been read. */
public final class FileBytes extends FilterInputStream {
  private static final int BUFFER = 1 << 16;

  /** What can be looked at before anything is read. */
  private static final int LOOKAHEAD = 1 << 12;

  private final Counted counted;
  private final long size;
  private final Coding coding;

  /** How a file is compressed, by its first bytes. */
  private enum Coding {
    NONE,
    GZIP,
    ZSTD
  }

  private FileBytes(InputStream content, Counted counted, long size, Coding coding) {
    super(content);
    this.counted = counted;
    this.size = size;
    this.coding = coding;
  }

  /**
   * Begins to read.
   *
   * @param size of the file, in bytes; negative when it is not known
   */
  static FileBytes of(InputStream in, long size) throws IOException {
    var counted = new Counted(in);
    var coding = Coding.NONE;
    try {
      var raw = new BufferedInputStream(counted, BUFFER);
      coding = coding(peek(raw, 8));
      var content =
          switch (coding) {
            case NONE -> raw;
            // All members, and nothing after them: the JDK's stream passes over what is damaged.
            case GZIP -> new BufferedInputStream(gunzip(raw), BUFFER);
            case ZSTD -> new BufferedInputStream(new ZstdInputStream(raw), BUFFER);
          };
      var bytes = new FileBytes(content, counted, size, coding);
      refuseOtherKinds(bytes.peek(8));
      return bytes;
    } catch (IOException e) {
      in.close();
      throw explained(e, coding);
    }
  }

  private static InputStream gunzip(InputStream raw) throws IOException {
    return GzipCompressorInputStream.builder()
        .setInputStream(raw)
        .setDecompressConcatenated(true)
        .get();
  }

  /** The share of the file that has been read, 0 to 1; 0 when its size is not known. */
  public double progress() {
    if (size < 0) {
      return 0;
    }
    return size == 0 ? 1 : Math.min(1.0, (double) counted.bytes / size);
  }

  /** The first bytes, without reading them; fewer at the end. At most 4 KiB. */
  byte[] peek(int count) throws IOException {
    try {
      return peek(in, Math.min(count, LOOKAHEAD));
    } catch (IOException e) {
      throw explained(e, coding);
    }
  }

  /** Passes over the mark of UTF-8, if it is there; before anything else is read. */
  boolean dropUtf8Mark() throws IOException {
    var marked = startsWith(peek(3), 0xef, 0xbb, 0xbf);
    if (marked) {
      skipNBytes(3);
    }
    return marked;
  }

  /** Whether it begins with the mark of UTF-16, or of UTF-32. */
  boolean isUtf16() throws IOException {
    var first = peek(2);
    return startsWith(first, 0xff, 0xfe) || startsWith(first, 0xfe, 0xff);
  }

  @Override
  public int read() throws IOException {
    try {
      return super.read();
    } catch (IOException e) {
      throw explained(e, coding);
    }
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    try {
      return super.read(into, offset, length);
    } catch (IOException e) {
      throw explained(e, coding);
    }
  }

  private static byte[] peek(InputStream in, int count) throws IOException {
    in.mark(count);
    var first = in.readNBytes(count);
    in.reset();
    return first;
  }

  private static Coding coding(byte[] first) {
    if (startsWith(first, 0x1f, 0x8b)) {
      return Coding.GZIP;
    }
    return startsWith(first, 0x28, 0xb5, 0x2f, 0xfd) ? Coding.ZSTD : Coding.NONE;
  }

  private static void refuseOtherKinds(byte[] first) throws IOException {
    if (startsWith(first, 'P', 'K', 3, 4)) {
      throw new FaultyFileException(
          "this is a zip archive or a spreadsheet; save it as CSV, or unzip it");
    }
    if (startsWith(first, 'B', 'Z', 'h') || startsWith(first, 0xfd, '7', 'z', 'X', 'Z', 0)) {
      throw new FaultyFileException(
          "this is compressed by bzip2 or xz; only gzip and zstd are read, so decompress it");
    }
    if (startsWith(first, 0x1f, 0x8b) || startsWith(first, 0x28, 0xb5, 0x2f, 0xfd)) {
      throw new FaultyFileException("this is compressed twice; decompress it once");
    }
    if (startsWith(first, 'P', 'A', 'R', '1')) {
      throw new FaultyFileException("this is Parquet; export it as CSV or NDJSON");
    }
  }

  private static boolean startsWith(byte[] first, int... magic) {
    for (var i = 0; i < magic.length; i++) {
      if (i >= first.length || (first[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static IOException explained(IOException e, Coding coding) {
    if (coding == Coding.NONE || e instanceof FaultyFileException) {
      return e;
    }
    var name = coding == Coding.GZIP ? "gzip" : "zstd";
    return new FaultyFileException(
        isCut(e)
            ? "the " + name + " data is cut off: the file is not whole"
            : "the " + name + " data is damaged",
        e);
  }

  private static boolean isCut(IOException e) {
    return e instanceof EOFException
        || String.valueOf(e.getMessage()).contains("Truncated")
        || String.valueOf(e.getMessage()).contains("Unexpected end");
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
