package dev.acequia.stores.bigquery.row;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A message that is being written: fields in any order, into an array that is used again. */
final class Scratch {
  /** A tag and a number take up to 15 bytes. */
  static final int FIELD_BYTES = 15;

  private byte[] bytes = new byte[1 << 10];
  private CodedOutputStream out = CodedOutputStream.newInstance(bytes);

  /**
   * Begins a message.
   *
   * @param most the bytes that it takes at most
   */
  Scratch begin(int most) {
    if (bytes.length < most) {
      bytes = new byte[Math.max(most, bytes.length * 2)];
    }
    out = CodedOutputStream.newInstance(bytes);
    return this;
  }

  /** What was written since the beginning. */
  ByteString end() {
    return ByteString.copyFrom(bytes, 0, out.getTotalBytesWritten());
  }

  /** Writes into an array, which is large enough. */
  private interface Write {
    void run() throws IOException;
  }

  private static void write(Write write) {
    try {
      write.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void int64(int field, long value) {
    write(() -> out.writeInt64(field, value));
  }

  void int32(int field, int value) {
    write(() -> out.writeInt32(field, value));
  }

  void bool(int field, boolean value) {
    write(() -> out.writeBool(field, value));
  }

  void float64(int field, double value) {
    write(() -> out.writeDouble(field, value));
  }

  void text(int field, byte[] buffer, int offset, int length) {
    write(
        () -> {
          out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
          out.writeUInt32NoTag(length);
          out.writeRawBytes(buffer, offset, length);
        });
  }

  void ascii(int field, String text) {
    var encoded = text.getBytes(StandardCharsets.US_ASCII);
    text(field, encoded, 0, encoded.length);
  }
}
