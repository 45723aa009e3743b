package dev.acequia.stores.lake.table;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

/** The table has a file that is not read here; the message says which and what to do. */
public final class ForeignFileException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private ForeignFileException(String message) {
    super(message);
  }

  /**
   * Checks a file of rows.
   *
   * @throws ForeignFileException when it is not read here
   */
  public static void check(DataFile file) {
    var refusal = ForeignFiles.refusal(file);
    if (refusal != null) {
      throw new ForeignFileException(refusal);
    }
  }

  /**
   * Checks a file of deletes.
   *
   * @throws ForeignFileException when it is not read here
   */
  public static void check(DeleteFile file) {
    var refusal = ForeignFiles.refusal(file);
    if (refusal != null) {
      throw new ForeignFileException(refusal);
    }
  }
}
