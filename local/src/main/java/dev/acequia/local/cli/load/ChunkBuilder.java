package dev.acequia.local.cli.load;

import java.util.Arrays;

/** Collects the records of one lane's next chunk. */
final class ChunkBuilder {
  private final String keyPrefix;
  private final int maxRecords;
  private final int maxBytes;
  private final RecordBuffer body = new RecordBuffer();
  private long[] lines = new long[64];
  private int records;
  private int chunks;

  /**
   * A lane's builder.
   *
   * @param keyPrefix of the idempotency keys: the run and the lane
   * @param maxBytes a chunk is full when it has grown to these; one record may be larger
   */
  ChunkBuilder(String keyPrefix, int maxRecords, int maxBytes) {
    this.keyPrefix = keyPrefix;
    this.maxRecords = maxRecords;
    this.maxBytes = maxBytes;
  }

  boolean isEmpty() {
    return records == 0;
  }

  /** Whether the next record belongs into the next chunk. */
  boolean isFullFor(int bytes) {
    return records == maxRecords || (records > 0 && body.size() + bytes > maxBytes);
  }

  void add(RecordBuffer record, long line) {
    body.write(record.array(), 0, record.size());
    body.write('\n');
    if (records == lines.length) {
      lines = Arrays.copyOf(lines, records * 2);
    }
    lines[records++] = line;
  }

  /** The chunk; the builder begins the next one. */
  Chunk take(double share) {
    var chunk =
        new Chunk(
            keyPrefix + "-" + chunks, body.toByteArray(), Arrays.copyOf(lines, records), share);
    chunks++;
    records = 0;
    body.reset();
    return chunk;
  }
}
