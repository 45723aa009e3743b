package dev.acequia.local.cli.load;

/**
 * The body of one request.
 *
 * @param idempotencyKey the same whenever this chunk is sent
 * @param body NDJSON, UTF-8
 * @param lines the line in the file of each record
 * @param share the share of the file up to its end, 0 to 1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Chunk(String idempotencyKey, byte[] body, long[] lines, double share) {
  /** What ends a lane: no records. */
  static Chunk end() {
    return new Chunk("", new byte[0], new long[0], 1);
  }

  boolean isEnd() {
    return lines.length == 0;
  }

  int records() {
    return lines.length;
  }
}
