package dev.acequia.api.ingest;

import dev.acequia.contract.Schema;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.RecordKey;
import dev.acequia.contract.record.Row;

/** Checks records against the schema by the consumer's own decoder. One for each request. */
final class RecordCheck {
  private final Schema schema;
  private final RecordDecoder decoder;
  private final Row row;

  RecordCheck(Schema schema, RecordDecoder decoder) {
    this.schema = schema;
    this.decoder = decoder;
    this.row = new Row(schema);
  }

  /** The key of the record at hand; empty when the schema has none. */
  byte[] key(BodyRecords records) throws BadRecordException {
    var fault = records.fault();
    if (fault != null) {
      throw fault;
    }
    decoder.decode(records.buffer(), records.offset(), records.length(), row);
    return RecordKey.encode(schema, row);
  }
}
