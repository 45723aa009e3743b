package dev.acequia.stores.lake;

import dev.acequia.contract.Schema;
import dev.acequia.stores.lake.table.LakeColumns;
import java.util.List;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.iceberg.parquet.TripleWriter;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.schema.MessageType;

/** Writes rows of a batch to Parquet, straight from its columns. */
final class BatchRowWriter implements ParquetValueWriter<BatchRow> {
  /** A column that the schema has no more, or not yet. */
  private static final int NONE = -1;

  private static final int GENERATION = -2;
  private static final int PARTITION = -3;
  private static final int OFFSET = -4;

  private final ColumnDescriptor[] columns;
  private final ColumnWriter[] writers;
  private final int[] fields;
  private final int[] levels;

  BatchRowWriter(MessageType type, Schema schema) {
    columns = type.getColumns().toArray(ColumnDescriptor[]::new);
    writers = new ColumnWriter[columns.length];
    fields = new int[columns.length];
    levels = new int[columns.length];
    for (var i = 0; i < columns.length; i++) {
      fields[i] = field(type.getFieldName(i), schema);
      levels[i] = columns[i].getMaxDefinitionLevel();
    }
  }

  private static int field(String name, Schema schema) {
    return switch (name) {
      case LakeColumns.GENERATION -> GENERATION;
      case LakeColumns.PARTITION -> PARTITION;
      case LakeColumns.OFFSET -> OFFSET;
      default -> schema.indexOf(name);
    };
  }

  @Override
  public void write(int repetitionLevel, BatchRow row) {
    var batch = row.batch();
    var number = row.number();
    for (var i = 0; i < fields.length; i++) {
      var writer = writers[i];
      switch (fields[i]) {
        case GENERATION -> writer.write(batch.generation(number), 0, levels[i]);
        case PARTITION -> writer.write(batch.partition(number), 0, levels[i]);
        case OFFSET -> writer.write(batch.offset(number), 0, levels[i]);
        case NONE -> writer.writeNull(0, 0);
        default -> {
          var column = batch.column(fields[i]);
          if (column.isNull(number)) {
            writer.writeNull(0, 0);
          } else {
            column.write(number, writer, levels[i]);
          }
        }
      }
    }
  }

  @Override
  public List<TripleWriter<?>> columns() {
    return List.of();
  }

  @Override
  public void setColumnStore(ColumnWriteStore store) {
    for (var i = 0; i < columns.length; i++) {
      writers[i] = store.getColumnWriter(columns[i]);
    }
  }
}
