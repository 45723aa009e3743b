package dev.acequia.stores.lake.table;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

/** The table has a file that is not read here; the message says which and what to do. */
public final class ForeignFileException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private ForeignFileException(String message) {
    super(message);
  }

  /**
   * Checks what is true of all files of a table.
   *
   * @throws ForeignFileException when they are not read here
   */
  public static void check(Table table) {
    check(ForeignFiles.refusal(table));
  }

  /**
   * Checks a data file.
   *
   * @throws ForeignFileException when it is not read here
   */
  public static void check(DataFile file) {
    check(ForeignFiles.refusal(file));
  }

  /**
   * Checks a delete file.
   *
   * @throws ForeignFileException when it is not read here
   */
  public static void check(DeleteFile file) {
    check(ForeignFiles.refusal(file));
  }

  private static void check(@Nullable String refusal) {
    if (refusal != null) {
      throw new ForeignFileException(refusal);
    }
  }
}
