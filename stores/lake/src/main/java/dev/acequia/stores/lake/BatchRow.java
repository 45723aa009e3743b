package dev.acequia.stores.lake;

import dev.acequia.contract.Schema;
import dev.acequia.stores.lake.table.LakeColumns;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** One row of a batch at a time, as a struct of the table's columns. */
final class BatchRow implements StructLike {
  private final LakeBatch batch;
  private final int[] fields;
  private final String[] names;
  private int number;

  BatchRow(LakeBatch batch, Schema schema, org.apache.iceberg.Schema columns) {
    this.batch = batch;
    names = columns.columns().stream().map(NestedField::name).toArray(String[]::new);
    fields = columns.columns().stream().mapToInt(column -> schema.indexOf(column.name())).toArray();
  }

  BatchRow at(int row) {
    number = row;
    return this;
  }

  LakeBatch batch() {
    return batch;
  }

  int number() {
    return number;
  }

  @Override
  public int size() {
    return fields.length;
  }

  @Override
  public <T> @Nullable T get(int position, Class<T> type) {
    return type.cast(value(position));
  }

  private @Nullable Object value(int position) {
    return switch (names[position]) {
      case LakeColumns.GENERATION -> batch.generation(number);
      case LakeColumns.PARTITION -> batch.partition(number);
      case LakeColumns.OFFSET -> batch.offset(number);
      default -> fields[position] < 0 ? null : batch.column(fields[position]).value(number);
    };
  }

  @Override
  public <T> void set(int position, T value) {
    throw new UnsupportedOperationException("a batch's rows are only read");
  }
}
