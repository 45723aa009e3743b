package dev.acequia.stores.lake.table;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.jspecify.annotations.Nullable;

/** Files that the format allows, that another writer may leave, and that are not read here. */
public final class ForeignFiles {
  private static final String NOT_PARQUET =
      "the table has files of the format %s, which another writer made: only Parquet is read, so"
          + " rewrite them";
  private static final String EQUALITY_DELETES =
      "the table has equality deletes, which another writer made: compact it";
  private static final String DELETION_VECTORS =
      "the table has deletion vectors, which another writer made: compact it";
  private static final String DELETES_NOT_PARQUET =
      "the table has deletes of the format %s, which another writer made: compact it";

  private ForeignFiles() {}

  /** Why a file of rows is not read; null of one that is. */
  public static @Nullable String refusal(DataFile file) {
    return file.format() == FileFormat.PARQUET ? null : NOT_PARQUET.formatted(file.format());
  }

  /** Why a file of deletes is not read; null of one that is. */
  public static @Nullable String refusal(DeleteFile file) {
    if (file.content() == FileContent.EQUALITY_DELETES) {
      return EQUALITY_DELETES;
    }
    return switch (file.format()) {
      case PARQUET -> null;
      case PUFFIN -> DELETION_VECTORS;
      default -> DELETES_NOT_PARQUET.formatted(file.format());
    };
  }
}
