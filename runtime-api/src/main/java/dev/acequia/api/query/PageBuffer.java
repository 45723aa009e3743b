package dev.acequia.api.query;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A page as it is written: in memory while it is small, then in a temporary file. So the store's
 * connection is free before the client reads a byte, a slow client holds nothing but its own
 * connection, and a store that fails midway is answered for by an honest status.
 */
final class PageBuffer implements AutoCloseable {
  private static final int FIRST_SIZE = 1 << 13;

  /** Of a part among very many. */
  private static final int LEAST_SIZE = 1 << 10;

  private static final byte[] NOTHING = {};

  private final int memoryLimit;
  private final int firstSize;
  private final PageRoom room;
  private byte[] buffer = NOTHING;
  private int length;
  private long spilled;
  private @Nullable FileChannel file;

  /**
   * An empty page.
   *
   * @param memoryLimit what it holds outside its file at most, in bytes
   * @param room of the page that it is, or is a part of
   */
  PageBuffer(int memoryLimit, PageRoom room) {
    this.memoryLimit = Math.max(memoryLimit, LEAST_SIZE);
    this.firstSize = Math.min(FIRST_SIZE, this.memoryLimit);
    this.room = room;
  }

  /** A part of the same page. */
  PageBuffer part(int memoryLimit) {
    return new PageBuffer(memoryLimit, room);
  }

  /** Forgets all that it holds. */
  void clear() throws IOException {
    length = 0;
    if (file != null) {
      file.truncate(0);
      room.deleteFile(spilled);
      spilled = 0;
    }
  }

  long size() {
    return spilled + length;
  }

  /** What it holds in memory, in bytes. */
  int held() {
    return buffer.length;
  }

  boolean isInMemory() {
    return file == null;
  }

  /**
   * 16 hex digits over the texts and all that it holds in memory. Two checksums that processors
   * have instructions for: they tell pages apart, and are no defence against one made to be alike.
   */
  String checksum(String... texts) {
    var polynomials = List.of(new CRC32(), new CRC32C());
    var digits = new StringBuilder(16);
    for (var checksum : polynomials) {
      for (var text : texts) {
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
        checksum.update(0);
      }
      checksum.update(buffer, 0, length);
      digits.append(HexFormat.of().toHexDigits((int) checksum.getValue()));
    }
    return digits.toString();
  }

  void put(char ascii) throws IOException {
    reserve(1);
    buffer[length++] = (byte) ascii;
  }

  void put(byte[] bytes) throws IOException {
    put(bytes, 0, bytes.length);
  }

  void put(byte[] bytes, int from, int to) throws IOException {
    var start = from;
    while (start < to) {
      reserve(1);
      var part = Math.min(to - start, buffer.length - length);
      System.arraycopy(bytes, start, buffer, length, part);
      length += part;
      start += part;
    }
  }

  void put(String ascii) throws IOException {
    put(ascii.getBytes(StandardCharsets.ISO_8859_1));
  }

  void put(long number) throws IOException {
    if (number < 0) {
      if (number == Long.MIN_VALUE) {
        put(Long.toString(number));
        return;
      }
      put('-');
      number = -number;
    }
    var digits = 1;
    for (var rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    digits(number, digits);
  }

  /** A number that is not negative, in at least so many digits. */
  void digits(long number, int digits) throws IOException {
    reserve(20);
    for (var i = length + digits - 1; i >= length; i--) {
      buffer[i] = (byte) ('0' + number % 10);
      number /= 10;
    }
    length += digits;
  }

  /** All that another buffer holds. */
  void putAll(PageBuffer other) throws IOException {
    var out =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            put((char) b);
          }

          @Override
          public void write(byte[] bytes, int offset, int count) throws IOException {
            put(bytes, offset, offset + count);
          }
        };
    other.writeTo(out);
  }

  void writeTo(OutputStream out) throws IOException {
    if (file != null) {
      file.position(0);
      try (var in = Channels.newInputStream(FileChannel.class.cast(file))) {
        in.transferTo(out);
      }
    }
    out.write(buffer, 0, length);
  }

  private void reserve(int bytes) throws IOException {
    if (buffer.length - length >= bytes) {
      return;
    }
    if (buffer.length == 0) {
      buffer = new byte[firstSize];
      return;
    }
    var larger = Math.min(buffer.length * 2, memoryLimit);
    if (file == null && larger - length >= bytes && room.tryHold(larger - buffer.length)) {
      buffer = Arrays.copyOf(buffer, larger);
    } else {
      spill();
    }
  }

  private void spill() throws IOException {
    room.takeFile(length);
    spilled += length;
    if (file == null) {
      file = open();
    }
    var bytes = ByteBuffer.wrap(buffer, 0, length);
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    length = 0;
  }

  private static FileChannel open() throws IOException {
    Path path = Files.createTempFile("page-", null);
    return FileChannel.open(
        path,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Gives back all that it holds; it holds nothing from then on. */
  @Override
  public void close() throws IOException {
    room.letGo(Math.max(buffer.length - firstSize, 0));
    room.deleteFile(spilled);
    buffer = NOTHING;
    length = 0;
    spilled = 0;
    if (file != null) {
      file.close();
      file = null;
    }
  }
}
