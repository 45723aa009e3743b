package dev.acequia.stores.lake.table;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.TableUtil;
import org.jspecify.annotations.Nullable;

/** Files of other writers that the format allows and this code does not read. */
public final class ForeignFiles {
  private static final String NOT_PARQUET =
      "the table has files of the format %s, which another writer made: only Parquet is read, so"
          + " rewrite them";
  private static final String EQUALITY_DELETES =
      "the table has equality deletes, which another writer made: compact it";
  private static final String DELETES_NOT_PARQUET =
      "the table has deletes of the format %s, which another writer made: compact it";

  private static final String NO_COLUMN_IDS =
      "the table has imported files without column ids: rewrite them";
  private static final String FORMAT_VERSION =
      "the table has format version %d: only version 2 is read, so replay into a new pipeline";

  private ForeignFiles() {}

  /** Why the files of a table are not read; null if they are. */
  public static @Nullable String refusal(Table table) {
    if (table.properties().containsKey(TableProperties.DEFAULT_NAME_MAPPING)) {
      return NO_COLUMN_IDS;
    }
    var version = TableUtil.formatVersion(table);
    return version == 2 ? null : FORMAT_VERSION.formatted(version);
  }

  /** Why a data file is not read; null if it is. */
  public static @Nullable String refusal(DataFile file) {
    return file.format() == FileFormat.PARQUET ? null : NOT_PARQUET.formatted(file.format());
  }

  /** Why a delete file is not read; null if it is. */
  public static @Nullable String refusal(DeleteFile file) {
    if (file.content() == FileContent.EQUALITY_DELETES) {
      return EQUALITY_DELETES;
    }
    return file.format() == FileFormat.PARQUET
        ? null
        : DELETES_NOT_PARQUET.formatted(file.format());
  }
}
