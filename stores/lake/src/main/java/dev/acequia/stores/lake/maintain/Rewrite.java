package dev.acequia.stores.lake.maintain;

import dev.acequia.stores.lake.table.ForeignFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces files of a table by one commit, which changes no row. Deletes that others commit
 * meanwhile make the commit fail; they are carried over to the new files, and it is tried again
 * from the snapshot that has them. So a load that commits each second does not starve it.
 */
final class Rewrite {
  private static final Logger LOG = LoggerFactory.getLogger(Rewrite.class);

  /** In a snapshot's summary: which rewrite it was. */
  static final String NAME = "acequia.maintenance";

  /** A try takes as long as a commit, and fails only if an upsert was committed in that time. */
  private static final int TRIES = 20;

  private final Table table;
  private final LiveFiles files;
  private final String name = UUID.randomUUID().toString();
  private final List<PartRewrite> parts = new ArrayList<>();
  private final Set<String> known;
  private long base;
  private boolean isFull;
  private @Nullable RuntimeException failure;

  /**
   * The rewrite of a snapshot's files.
   *
   * @param base the snapshot
   * @param files that it has
   */
  Rewrite(Table table, Snapshot base, LiveFiles files) {
    this.table = table;
    this.files = files;
    this.base = base.snapshotId();
    known =
        files.groups().values().stream()
            .flatMap(group -> group.deletes().stream())
            .map(DeleteFile::location)
            .collect(Collectors.toCollection(HashSet::new));
  }

  /** Writes the new files of as many parts as the budget allows. */
  void write(List<Choice> choices, Budget budget) throws IOException {
    var isWhole = false;
    try {
      var left = budget;
      for (var choice : choices) {
        var own = new Budget(left);
        var part = write(choice, own);
        isFull |= own.isFull();
        if (part != null) {
          parts.add(part);
          left = own;
        }
      }
      isWhole = true;
    } finally {
      if (!isWhole) {
        remove();
      }
    }
  }

  /** A missing or damaged file skips its own part only. */
  private @Nullable PartRewrite write(Choice choice, Budget budget) throws IOException {
    try {
      return PartRewrite.write(table, files, choice, budget);
    } catch (RuntimeException e) {
      failure = e;
      return null;
    }
  }

  /** Whether a file did not fit into the budget, so that more is due. */
  boolean isFull() {
    return isFull;
  }

  /** The last failure that skipped a part; null if there was none. */
  @Nullable RuntimeException failure() {
    return failure;
  }

  /**
   * Commits; false when others have replaced the same files, or there is nothing to replace. After
   * an exception it is unknown whether the new files are the table's, so they stay.
   */
  boolean commit() throws IOException {
    if (parts.isEmpty()) {
      return false;
    }
    for (var attempt = 0; attempt < TRIES; attempt++) {
      var change = table.newRewrite().validateFromSnapshot(base).set(NAME, name);
      for (var part : parts) {
        part.addTo(change);
      }
      try {
        change.commit();
        return true;
      } catch (ValidationException e) {
        table.refresh();
        var head = table.currentSnapshot();
        if (head == null) {
          return false;
        }
        if (isDone(head)) {
          return true;
        }
        if (!carry(head)) {
          LOG.debug("another has replaced files: {}", e.getMessage());
          remove();
          return false;
        }
      }
    }
    remove();
    return false;
  }

  /** Whether it took place although its answer was an error. */
  private boolean isDone(Snapshot head) {
    for (var snapshot : SnapshotUtil.ancestorsOf(head.snapshotId(), table::snapshot)) {
      if (name.equals(snapshot.summary().get(NAME))) {
        return true;
      }
    }
    return false;
  }

  /** Whether there are new deletes, and all of them are carried over. */
  private boolean carry(Snapshot head) throws IOException {
    var fresh =
        LiveFiles.deletes(table, head).stream()
            .filter(file -> !known.contains(file.location()))
            .toList();
    if (fresh.stream().anyMatch(file -> ForeignFiles.refusal(file) != null)) {
      return false;
    }
    for (var file : fresh) {
      var part = Part.of(table, file);
      for (var rewrite : parts) {
        if (rewrite.part().equals(part)) {
          rewrite.carry(file);
        }
      }
      known.add(file.location());
    }
    base = head.snapshotId();
    return !fresh.isEmpty();
  }

  /** Removes the new files, which no snapshot names. */
  private void remove() {
    parts.forEach(
        part -> {
          try {
            part.remove();
          } catch (RuntimeException e) {
            LOG.warn("files of a rewrite that did not take place are left to the sweep", e);
          }
        });
  }
}
