package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes files of a plan ready to be read by statements. */
final class Scans {
  private static final Logger LOG = LoggerFactory.getLogger(Scans.class);

  private final LocalEngine local;
  private final int maxFiles;

  /**
   * Creates the scans of an engine.
   *
   * @param maxFiles the most files of one scan
   */
  Scans(LocalEngine local, int maxFiles) {
    this.local = local;
    this.maxFiles = maxFiles;
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
      try {
        if (deleted != null) {
          deleted.close();
        }
      } finally {
        if (files != null) {
          files.close();
        }
      }
    }
  }

  /** Loads the deleted rows of the files, and then holds the files. */
  Scan of(TablePlan.Selection selected, Deadline deadline) throws StoreReadException {
    var plan = selected.plan();
    var planned = selected.files();
    if (planned.isEmpty()) {
      return new Scan(plan.columns().nothing(), null, null);
    }
    check(selected);
    if (selected.deletes().isEmpty()) {
      var files = local.files().hold(planned, plan.io(), deadline);
      return new Scan(plan.columns().named(rows(plan, files)), files, null);
    }
    // Before the data files, which may need the whole cache.
    var deleted = local.deleted().use(plan, deadline);
    try {
      var files = local.files().hold(planned, plan.io(), deadline);
      return new Scan(
          plan.columns().named(rows(plan, files) + deleted.antiJoin(planned)), files, deleted);
    } catch (StoreReadException | RuntimeException e) {
      deleted.close();
      throw e;
    }
  }

  private static String rows(TablePlan plan, HeldFiles files) {
    return SqlText.parquet(files.paths(), plan.columns().parameter()) + " f";
  }

  private void check(TablePlan.Selection selected) throws StoreReadException {
    if (selected.files().size() > maxFiles) {
      throw new StoreReadException(
          Reason.TOO_COSTLY,
          "the query reads %,d files, more than %,d: compare a field by which the files are partitioned or ordered"
              .formatted(selected.files().size(), maxFiles));
    }
    var refusal =
        Stream.concat(
                selected.files().stream().map(PlannedFile::refusal),
                selected.deletes().stream().map(PlannedDeletes::refusal))
            .filter(Objects::nonNull)
            .findFirst();
    if (refusal.isPresent()) {
      LOG.warn("{}", refusal.get());
      throw new StoreReadException(Reason.REFUSED, refusal.get());
    }
  }
}
