package dev.acequia.stores.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.BitSet;
import org.postgresql.copy.CopyIn;

/** One {@code COPY … FROM STDIN (FORMAT binary)} of some of a batch's rows. */
final class CopyRows {
  private static final byte[] HEADER = new byte[19];
  private static final byte[] TRAILER = {-1, -1};

  /** What goes into one message; the driver copies it once more. */
  private static final int CHUNK = 1 << 16;

  static {
    var signature = "PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(signature, 0, HEADER, 0, signature.length);
  }

  private CopyRows() {}

  /** Sends the rows and answers how many were stored. */
  static long copy(
      PostgresSession session, String sql, PostgresBatch batch, int from, int to, BitSet skip)
      throws SQLException {
    var copy = session.copies().copyIn(sql);
    copy.writeToCopy(HEADER, 0, HEADER.length);
    if (skip.nextSetBit(from) < 0) {
      send(copy, batch.data(), batch.start(from), batch.start(to));
    } else {
      sendWithout(skip, copy, batch, from, to);
    }
    copy.writeToCopy(TRAILER, 0, TRAILER.length);
    return copy.endCopy();
  }

  /** Sends tuples that were made for this statement. */
  static void copy(PostgresSession session, String sql, CopyBuffer tuples) throws SQLException {
    var copy = session.copies().copyIn(sql);
    copy.writeToCopy(HEADER, 0, HEADER.length);
    send(copy, tuples.bytes(), 0, tuples.length());
    copy.writeToCopy(TRAILER, 0, TRAILER.length);
    copy.endCopy();
  }

  /** Puts the rows between the gaps together first, so that messages stay large. */
  private static void sendWithout(BitSet skip, CopyIn copy, PostgresBatch batch, int from, int to)
      throws SQLException {
    var chunk = new CopyBuffer();
    for (var row = skip.nextClearBit(from); row < to; ) {
      var gap = skip.nextSetBit(row);
      var end = gap < 0 || gap > to ? to : gap;
      var start = batch.start(row);
      chunk.putBytes(batch.data(), start, batch.start(end) - start);
      if (chunk.length() >= CHUNK) {
        send(copy, chunk.bytes(), 0, chunk.length());
        chunk.clear();
      }
      row = skip.nextClearBit(end);
    }
    send(copy, chunk.bytes(), 0, chunk.length());
  }

  private static void send(CopyIn copy, byte[] data, int from, int to) throws SQLException {
    for (var at = from; at < to; at += CHUNK) {
      copy.writeToCopy(data, at, Math.min(CHUNK, to - at));
    }
  }
}
