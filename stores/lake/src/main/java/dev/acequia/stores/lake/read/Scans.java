package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes files of a plan ready to be read by statements. */
final class Scans {
  private final LocalEngine local;

  Scans(LocalEngine local) {
    this.local = local;
  }

  /** Rows of files, for one statement or several, until it is closed. */
  static final class Scan implements AutoCloseable {
    private final String from;
    private final @Nullable HeldFiles files;
    private final DeletedRows.@Nullable Use deleted;

    private Scan(String from, @Nullable HeldFiles files, DeletedRows.@Nullable Use deleted) {
      this.from = from;
      this.files = files;
      this.deleted = deleted;
    }

    /** What stands behind FROM, and names the rows {@code t}. */
    String from() {
      return from;
    }

    @Override
    public void close() {
      if (deleted != null) {
        deleted.close();
      }
      if (files != null) {
        files.close();
      }
    }
  }

  /** Holds the files, and loads which of their rows are deleted. */
  Scan of(TablePlan plan, List<PlannedFile> planned, Deadline deadline) throws StoreReadException {
    if (planned.isEmpty()) {
      return new Scan(plan.columns().nothing(), null, null);
    }
    var files =
        local.files().hold(planned.stream().map(PlannedFile::file).toList(), plan.io(), deadline);
    try {
      var rows = SqlText.parquet(files.paths(), plan.columns().parameter()) + " f";
      if (TablePlan.deletes(planned).isEmpty()) {
        return new Scan(plan.columns().named(rows), files, null);
      }
      var deleted = local.deleted().use(plan, deadline);
      return new Scan(plan.columns().named(rows + deleted.antiJoin(planned)), files, deleted);
    } catch (StoreReadException | RuntimeException e) {
      files.close();
      throw e;
    }
  }
}
