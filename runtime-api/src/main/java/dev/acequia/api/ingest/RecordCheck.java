package dev.acequia.api.ingest;

import dev.acequia.contract.Schema;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.RecordKey;
import dev.acequia.contract.record.Row;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Checks records against the schema by the consumer's own decoder. One for each request. */
final class RecordCheck {
  private final Schema schema;
  private final RecordDecoder decoder;
  private final @Nullable BitSet columns;
  private final Row row;

  RecordCheck(Schema schema, RecordDecoder decoder) {
    this(schema, decoder, null);
  }

  /**
   * A check.
   *
   * @param columns the only fields that a record may have, null for any
   */
  RecordCheck(Schema schema, RecordDecoder decoder, @Nullable BitSet columns) {
    this.schema = schema;
    this.decoder = decoder;
    this.columns = columns;
    this.row = new Row(schema);
  }

  /** The key of the record at hand; empty when the schema has none. */
  byte[] key(BodyRecords records) throws BadRecordException {
    var fault = records.fault();
    if (fault != null) {
      throw fault;
    }
    decoder.decode(records.buffer(), records.offset(), records.length(), row);
    if (columns != null) {
      checkColumns(columns);
    }
    return RecordKey.encode(schema, row);
  }

  private void checkColumns(BitSet allowed) throws BadRecordException {
    for (var i = 0; i < schema.fields().size(); i++) {
      if (!allowed.get(i) && !row.isAbsent(i)) {
        throw new BadRecordException(
            ErrorClass.UnknownField,
            schema.fields().get(i).name(),
            "the parameter columns does not name this field");
      }
    }
  }
}
