package dev.acequia.stores.lake.read;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.jspecify.annotations.Nullable;

/** Counts and bounds of a file's columns, packed into a few bytes per column. */
final class ColumnStats {
  /** Longer bounds are dropped: a foreign writer's, since Iceberg cuts texts at 16. */
  private static final int MOST_BOUND_BYTES = 64;

  private static final int VALUES = 1;
  private static final int NULLS = 1 << 1;
  private static final int NANS = 1 << 2;
  private static final int LOWER = 1 << 3;
  private static final int UPPER = 1 << 4;

  /** The count equals the file's number of rows. */
  private static final int ALL_VALUES = 1 << 5;

  private static final int NO_NULLS = 1 << 6;

  private final byte[] packed;

  private ColumnStats(byte[] packed) {
    this.packed = packed;
  }

  /**
   * A column whose statistics are kept.
   *
   * @param withBounds whether to keep its bounds
   */
  record Kept(int id, boolean withBounds) {}

  /** Packs a manifest's statistics of some columns. */
  static ColumnStats of(DataFile file, List<Kept> columns) {
    var bytes = new ByteArrayOutputStream();
    for (var column : columns) {
      var values = count(file.valueCounts(), column.id());
      var nulls = count(file.nullValueCounts(), column.id());
      var nans = count(file.nanValueCounts(), column.id());
      var lower = column.withBounds() ? bound(file.lowerBounds(), column.id()) : null;
      var upper = column.withBounds() ? bound(file.upperBounds(), column.id()) : null;
      var allValues = values != null && values == file.recordCount();
      var noNulls = nulls != null && nulls == 0;
      bytes.write(
          (allValues ? ALL_VALUES : values != null ? VALUES : 0)
              | (noNulls ? NO_NULLS : nulls != null ? NULLS : 0)
              | (nans != null ? NANS : 0)
              | (lower != null ? LOWER : 0)
              | (upper != null ? UPPER : 0));
      if (values != null && !allValues) {
        writeCount(bytes, values);
      }
      if (nulls != null && !noNulls) {
        writeCount(bytes, nulls);
      }
      if (nans != null) {
        writeCount(bytes, nans);
      }
      writeBound(bytes, lower);
      writeBound(bytes, upper);
    }
    return new ColumnStats(bytes.toByteArray());
  }

  private static @Nullable Long count(@Nullable Map<Integer, Long> counts, int id) {
    return counts == null ? null : counts.get(id);
  }

  private static @Nullable ByteBuffer bound(@Nullable Map<Integer, ByteBuffer> bounds, int id) {
    var bound = bounds == null ? null : bounds.get(id);
    return bound == null || bound.remaining() > MOST_BOUND_BYTES ? null : bound;
  }

  /** Writes seven bits at a time, the lowest first. */
  private static void writeCount(ByteArrayOutputStream bytes, long count) {
    var left = count;
    while ((left & ~0x7fL) != 0) {
      bytes.write((int) (left & 0x7f | 0x80));
      left >>>= 7;
    }
    bytes.write((int) left);
  }

  private static void writeBound(ByteArrayOutputStream bytes, @Nullable ByteBuffer bound) {
    if (bound != null) {
      bytes.write(bound.remaining());
      for (var i = bound.position(); i < bound.limit(); i++) {
        bytes.write(bound.get(i));
      }
    }
  }

  int length() {
    return packed.length;
  }

  /**
   * Returns a file with only the statistics of some columns.
   *
   * @param kept the columns given to {@link #of}
   * @param wanted ids of columns
   */
  DataFile file(long records, List<Kept> kept, Set<Integer> wanted) {
    var values = new HashMap<Integer, Long>();
    var nulls = new HashMap<Integer, Long>();
    var nans = new HashMap<Integer, Long>();
    var lower = new HashMap<Integer, ByteBuffer>();
    var upper = new HashMap<Integer, ByteBuffer>();
    var next = ByteBuffer.wrap(packed);
    for (var column : kept) {
      var flags = next.get();
      var isWanted = wanted.contains(column.id());
      if ((flags & (VALUES | ALL_VALUES)) != 0) {
        var count = (flags & VALUES) != 0 ? readCount(next) : records;
        keep(isWanted, values, column, count);
      }
      if ((flags & (NULLS | NO_NULLS)) != 0) {
        var count = (flags & NULLS) != 0 ? readCount(next) : 0;
        keep(isWanted, nulls, column, count);
      }
      if ((flags & NANS) != 0) {
        keep(isWanted, nans, column, readCount(next));
      }
      if ((flags & LOWER) != 0) {
        keep(isWanted, lower, column, readBound(next));
      }
      if ((flags & UPPER) != 0) {
        keep(isWanted, upper, column, readBound(next));
      }
    }
    return DataFiles.builder(PartitionSpec.unpartitioned())
        .withPath("")
        .withFormat(FileFormat.PARQUET)
        .withFileSizeInBytes(0)
        .withMetrics(new Metrics(records, null, values, nulls, nans, lower, upper))
        .build();
  }

  private static <T> void keep(boolean isWanted, Map<Integer, T> all, Kept column, T value) {
    if (isWanted) {
      all.put(column.id(), value);
    }
  }

  private static long readCount(ByteBuffer from) {
    var count = 0L;
    for (var shift = 0; ; shift += 7) {
      var part = from.get();
      count |= (part & 0x7fL) << shift;
      if (part >= 0) {
        return count;
      }
    }
  }

  private static ByteBuffer readBound(ByteBuffer from) {
    var length = from.get();
    var bound = from.slice(from.position(), length);
    from.position(from.position() + length);
    return bound;
  }
}
