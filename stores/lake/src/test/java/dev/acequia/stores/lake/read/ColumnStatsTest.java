package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.junit.jupiter.api.Test;

class ColumnStatsTest {
  private static final long ROWS = 5_000_000_000L;

  private static final List<ColumnStats.Kept> KEPT =
      List.of(
          new ColumnStats.Kept(1, true),
          new ColumnStats.Kept(2, true),
          new ColumnStats.Kept(7, false),
          new ColumnStats.Kept(3, true));

  private static DataFile file(
      Map<Integer, Long> values,
      Map<Integer, Long> nulls,
      Map<Integer, Long> nans,
      Map<Integer, ByteBuffer> lower,
      Map<Integer, ByteBuffer> upper) {
    return DataFiles.builder(PartitionSpec.unpartitioned())
        .withPath("a.parquet")
        .withFormat(FileFormat.PARQUET)
        .withFileSizeInBytes(1)
        .withMetrics(new Metrics(ROWS, null, values, nulls, nans, lower, upper))
        .build();
  }

  private static DataFile again(DataFile file, Integer... wanted) {
    return ColumnStats.of(file, KEPT).file(ROWS, KEPT, Set.of(wanted));
  }

  private static ByteBuffer bytes(int length) {
    return ByteBuffer.allocate(length).put(0, (byte) -1).put(length - 1, (byte) 3);
  }

  @Test
  void keepsCounts() {
    var values = Map.of(1, ROWS, 2, ROWS + 300, 7, 127L, 3, 128L);
    var nulls = Map.of(1, 0L, 2, 4_000_000_000L, 7, 1L);
    var nans = Map.of(2, 0L, 3, 16_384L);
    var again = again(file(values, nulls, nans, Map.of(), Map.of()), 1, 2, 3, 7);
    assertThat(again.recordCount()).isEqualTo(ROWS);
    assertThat(again.valueCounts()).isEqualTo(values);
    assertThat(again.nullValueCounts()).isEqualTo(nulls);
    assertThat(again.nanValueCounts()).isEqualTo(nans);
    assertThat(again.lowerBounds()).isEmpty();
  }

  @Test
  void keepsBoundsThatAreOfUse() {
    var lower = Map.of(1, bytes(1), 2, bytes(64), 3, bytes(65), 7, bytes(4), 9, bytes(4));
    var upper = Map.of(2, bytes(8), 3, ByteBuffer.allocate(0));
    var again = again(file(Map.of(), Map.of(), Map.of(), lower, upper), 1, 2, 3, 7, 9);
    assertThat(again.lowerBounds()).isEqualTo(Map.of(1, bytes(1), 2, bytes(64)));
    assertThat(again.upperBounds()).isEqualTo(upper);
  }

  @Test
  void tellsOnlyOfWhatIsAskedFor() {
    var values = Map.of(1, 5L, 2, 6L, 3, 300L);
    var lower = Map.of(1, bytes(1), 3, bytes(3));
    var again = again(file(values, values, values, lower, lower), 3);
    assertThat(again.valueCounts()).isEqualTo(Map.of(3, 300L));
    assertThat(again.nullValueCounts()).isEqualTo(Map.of(3, 300L));
    assertThat(again.nanValueCounts()).isEqualTo(Map.of(3, 300L));
    assertThat(again.lowerBounds()).isEqualTo(Map.of(3, bytes(3)));
    assertThat(again.upperBounds()).isEqualTo(Map.of(3, bytes(3)));
  }

  @Test
  void knowsNothingOfAFileWithoutStatistics() {
    var file =
        DataFiles.builder(PartitionSpec.unpartitioned())
            .withPath("a.parquet")
            .withFormat(FileFormat.PARQUET)
            .withFileSizeInBytes(1)
            .withRecordCount(ROWS)
            .build();
    var again = again(file, 1, 2, 3, 7);
    assertThat(again.valueCounts()).isEmpty();
    assertThat(again.upperBounds()).isEmpty();
  }
}
