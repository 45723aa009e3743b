package dev.acequia.stores.lake.table;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.iceberg.Accessor;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Type;

/**
 * Partitions of whole numbers by tens, by hundreds and so on. Iceberg rounds the least numbers of a
 * type down to beyond its least, which ends at its greatest: by tens, -2147483648 becomes
 * 2147483646. The value of such a partition says nothing of the order of its rows.
 */
public final class Truncation {
  private static final String TRUNCATE = "truncate[";

  private final List<Part> parts;

  private Truncation(List<Part> parts) {
    this.parts = parts;
  }

  private record Part(int position, Accessor<StructLike> source, long width) {
    /** Every other value is a multiple. */
    boolean isWrapped(StructLike partition) {
      return partition.get(position, Object.class) instanceof Number truncated
          && truncated.longValue() % width != 0;
    }

    boolean wraps(StructLike partition, StructLike row) {
      return source.get(row) instanceof Number value
          && partition.get(position, Object.class) instanceof Number truncated
          && truncated.longValue() > value.longValue();
    }
  }

  public static Truncation of(PartitionSpec spec) {
    var fields = spec.fields();
    return new Truncation(
        IntStream.range(0, fields.size())
            .filter(i -> isTruncation(spec, fields.get(i)))
            .mapToObj(
                i ->
                    new Part(
                        i,
                        spec.schema().accessorForField(fields.get(i).sourceId()),
                        width(fields.get(i))))
            .toList());
  }

  /** Whether a partition has such a value. */
  public boolean isWrapped(StructLike partition) {
    return parts.stream().anyMatch(part -> part.isWrapped(partition));
  }

  /** Whether a row's partition has such a value. */
  public boolean wraps(StructLike partition, StructLike row) {
    for (var part : parts) {
      if (part.wraps(partition, row)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether rows from this value on lie in partitions that a projection of "at least this value"
   * leaves out.
   *
   * @param value of the column, as Iceberg has it
   */
  public static boolean wraps(Iterable<PartitionSpec> specs, String column, Object value) {
    for (var spec : specs) {
      for (var field : spec.fields()) {
        if (isTruncation(spec, field)
            && spec.schema().findColumnName(field.sourceId()).equals(column)
            && value instanceof Number number
            && truncated(spec, field, number) > number.longValue()) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isTruncation(PartitionSpec spec, PartitionField field) {
    var type = spec.schema().findType(field.sourceId());
    return type != null // a column that is no more
        && (type.typeId() == Type.TypeID.INTEGER || type.typeId() == Type.TypeID.LONG)
        && field.transform().toString().startsWith(TRUNCATE);
  }

  private static long width(PartitionField field) {
    var text = field.transform().toString();
    return Long.parseLong(text, TRUNCATE.length(), text.length() - 1, 10);
  }

  @SuppressWarnings("unchecked")
  private static long truncated(PartitionSpec spec, PartitionField field, Number value) {
    var type = spec.schema().findType(field.sourceId());
    var transform = ((Transform<Number, Number>) field.transform()).bind(type);
    var isInteger = type.typeId() == Type.TypeID.INTEGER;
    Number fitted = isInteger ? (Number) value.intValue() : (Number) value.longValue();
    return transform.apply(fitted).longValue();
  }
}
