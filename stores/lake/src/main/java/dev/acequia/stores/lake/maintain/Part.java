package dev.acequia.stores.lake.maintain;

import java.util.Objects;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.StructLikeWrapper;

/** A partition of one spec. A position delete applies only to data files of its own part. */
record Part(int specId, StructLikeWrapper values) {
  static Part of(Table table, ContentFile<?> file) {
    return new Part(
        file.specId(),
        StructLikeWrapper.forType(spec(table, file.specId()).partitionType())
            .set(file.partition()));
  }

  PartitionSpec spec(Table table) {
    return spec(table, specId);
  }

  private static PartitionSpec spec(Table table, int id) {
    return Objects.requireNonNull(table.specs().get(id), "the spec of a file");
  }
}
