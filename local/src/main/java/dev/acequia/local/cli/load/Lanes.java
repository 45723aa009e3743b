package dev.acequia.local.cli.load;

import dev.acequia.contract.Schema;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.RecordKey;
import dev.acequia.contract.record.Row;
import java.util.Arrays;

/**
 * Which of the requests in flight a record travels in. Records of one key share a lane, whose
 * chunks are sent one after the other, so the file's last word on a key is the endpoint's, too.
 */
final class Lanes {
  private final Schema schema;
  private final int count;
  private final int recordsInTurn;
  private final RecordDecoder decoder;
  private final Row row;
  private long records;

  /**
   * Lanes for records of a schema.
   *
   * @param recordsInTurn how many records without a key go to one lane before the next has its turn
   */
  Lanes(Schema schema, int count, int recordsInTurn) {
    this.schema = schema;
    this.count = count;
    this.recordsInTurn = recordsInTurn;
    this.decoder = new RecordDecoder(schema);
    this.row = new Row(schema);
  }

  int of(RecordBuffer record) {
    if (count == 1) {
      return 0;
    }
    if (schema.key().isEmpty()) {
      return (int) (records++ / recordsInTurn % count);
    }
    try {
      decoder.decode(record.array(), 0, record.size(), row);
      var hash = Arrays.hashCode(RecordKey.encode(schema, row));
      return Math.floorMod(hash ^ (hash >>> 16), count);
    } catch (BadRecordException e) {
      return 0; // it will be refused wherever it travels
    }
  }
}
