package dev.acequia.api.ingest;

/**
 * What memory a Zstandard frame asks its decoder for, by the frame's header (RFC 8878, 3.1.1.1).
 */
final class ZstdWindow {
  /** The longest header there is. */
  static final int HEADER_BYTES = 18;

  /** RFC 9659: over HTTP, a window has at most 8 MiB. */
  static final int MAX_LOG = 23;

  /** What the usual levels ask for: a body may have several frames, and its first a small one. */
  private static final int MIN_LOG = 21;

  private static final int SINGLE_SEGMENT = 0x20;

  private ZstdWindow() {}

  /**
   * The window's size, rounded up, as a power of two.
   *
   * @param header the frame's first bytes; what is no header has the smallest window
   */
  static int log(byte[] header) {
    if (header.length < 6 || !isFrame(header)) {
      return MIN_LOG;
    }
    var descriptor = header[4] & 0xff;
    long window;
    if ((descriptor & SINGLE_SEGMENT) == 0) {
      var exponent = 10 + ((header[5] & 0xff) >> 3);
      var base = 1L << exponent;
      window = base + base / 8 * (header[5] & 7);
    } else {
      window = contentSize(header, descriptor);
    }
    if (window < 0) {
      return Long.SIZE;
    }
    return Math.max(MIN_LOG, Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, window - 1)));
  }

  private static boolean isFrame(byte[] header) {
    return header[0] == 0x28
        && header[1] == (byte) 0xb5
        && header[2] == 0x2f
        && header[3] == (byte) 0xfd;
  }

  private static long contentSize(byte[] header, int descriptor) {
    var dictionaryBytes = new int[] {0, 1, 2, 4}[descriptor & 3];
    var sizeBytes = new int[] {1, 2, 4, 8}[descriptor >> 6];
    var size = 0L;
    for (var i = 0; i < sizeBytes; i++) {
      var at = 5 + dictionaryBytes + i;
      size |= at < header.length ? (header[at] & 0xffL) << (8 * i) : 0;
    }
    return sizeBytes == 2 ? size + 256 : size;
  }
}
