package dev.acequia.stores.lake.read;

import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

/**
 * A file of a table's snapshot.
 *
 * @param deletes which of its rows are deleted, by their positions
 */
record PlannedFile(DataFile file, List<DeleteFile> deletes) {
  PlannedFile {
    deletes = List.copyOf(deletes);
  }

  String location() {
    return file.location();
  }
}
