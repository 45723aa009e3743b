package dev.acequia.api.ingest;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;

/**
 * A request's body, decompressed as it is read. Neither the memory that this takes nor what a small
 * body can expand to is without bounds.
 */
final class PushBody extends InputStream {
  /** So much of any body is never taken for a bomb. */
  private static final long HARMLESS_BYTES = 16 << 20;

  /** Records compress by 5 to 50; gzip's own limit is 1,032. */
  private static final int MAX_EXPANSION = 200;

  private static final int BUFFER_SIZE = 1 << 13;

  /** Its window of 32 KiB and tables. */
  private static final long GZIP_BYTES = 48 << 10;

  private final RawBody raw;
  private final long maxBytes;
  private final ContentCoding coding;
  private final InputStream decoded;
  private long count;

  private PushBody(RawBody raw, ContentCoding coding, InputStream decoded, long maxBytes) {
    this.maxBytes = maxBytes;
    this.raw = raw;
    this.coding = coding;
    this.decoded = decoded;
  }

  /**
   * Begins to read.
   *
   * @param memory what the decoder takes its own from
   * @throws ProblemException when the body is not compressed as it claims
   */
  static PushBody open(InputStream in, ContentCoding coding, BodyMemory memory)
      throws IOException, InterruptedException {
    var raw = new RawBody(in, memory);
    try {
      return new PushBody(
          raw,
          coding,
          switch (coding) {
            case IDENTITY -> raw;
            case GZIP -> gzip(raw, memory);
            case ZSTD -> zstd(raw, memory);
          },
          memory.maxBytes());
    } catch (IOException e) {
      throw damaged(raw, coding, e);
    }
  }

  private static InputStream gzip(RawBody raw, BodyMemory memory)
      throws IOException, InterruptedException {
    memory.takeDecoder(GZIP_BYTES);
    return new GZIPInputStream(new PerhapsMore(raw), BUFFER_SIZE);
  }

  private static InputStream zstd(RawBody raw, BodyMemory memory)
      throws IOException, InterruptedException {
    var header = raw.readNBytes(ZstdWindow.HEADER_BYTES);
    if (header.length == 0) {
      throw new EOFException("it is empty");
    }
    var window = ZstdWindow.log(header);
    if (window > ZstdWindow.MAX_LOG) {
      throw new ProblemException(
          ProblemType.BODY_TOO_LARGE,
          "The body was compressed by zstd with a window of more than 8 MiB, as RFC 9659 has it;"
              + " compress it with a lower level or without --long and --ultra.");
    }
    memory.takeDecoder(1L << window);
    var pushback = new PushbackInputStream(raw, ZstdWindow.HEADER_BYTES);
    pushback.unread(header);
    return new ZstdInputStreamNoFinalizer(pushback).setLongMax(window);
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int read;
    try {
      read = decoded.read(into, offset, length);
    } catch (IOException e) {
      throw damaged(raw, coding, e);
    }
    if (read < 0) {
      var failure = raw.failure();
      if (failure != null) {
        throw failure;
      }
      return read;
    }
    count += read;
    if (count > maxBytes) {
      throw new ProblemException(
          ProblemType.BODY_TOO_LARGE,
          "A body that proves whom it is from has at most %d MiB.".formatted(maxBytes >> 20));
    }
    if (count > HARMLESS_BYTES && count / MAX_EXPANSION > raw.count()) {
      throw new ProblemException(
          ProblemType.BODY_TOO_LARGE,
          "The body expands to more than %d times its compressed size; send it in several, or less compressed."
              .formatted(MAX_EXPANSION));
    }
    return read;
  }

  /** The decoder holds memory outside of the heap. */
  @Override
  public void close() throws IOException {
    if (coding != ContentCoding.IDENTITY) {
      decoded.close();
    }
  }

  /** What a failure to decode says, unless it is the connection's. */
  private static ProblemException damaged(RawBody raw, ContentCoding coding, IOException e)
      throws IOException {
    var failure = raw.failure();
    if (failure != null) {
      throw failure;
    }
    if (coding == ContentCoding.IDENTITY) {
      throw e;
    }
    return new ProblemException(
        ProblemType.INVALID_BODY,
        "The body is not what its Content-Encoding says: it is no "
            + coding.name().toLowerCase(java.util.Locale.ROOT)
            + ", damaged, or ends early ("
            + e.getMessage()
            + ").");
  }

  /** A body may go on until it was read to the end: gzip asks whether another part follows. */
  private static final class PerhapsMore extends FilterInputStream {
    PerhapsMore(InputStream in) {
      super(in);
    }

    @Override
    public int available() {
      return 1;
    }
  }
}
