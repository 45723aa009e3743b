package dev.acequia.stores.lake;

import dev.acequia.stores.Origin;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

/** All notes of a table as of one snapshot of their branch. */
final class Memory {
  private final Map<ByteBuffer, Note> marks = new HashMap<>();
  private final Map<ByteBuffer, Note> deletions = new HashMap<>();
  private final Set<Origin> repeats = new HashSet<>();
  private @Nullable Long snapshot;

  /** Brings it to what the table says; reads only files that came since, where it can. */
  void follow(Table table) {
    var head = NoteFiles.head(table);
    if (head == null || Objects.equals(snapshot, head.snapshotId())) {
      return;
    }
    var added = addedSince(table, head);
    if (added == null) {
      clear();
      added = NoteFiles.of(table, head);
    }
    var notes = new ArrayList<Note>();
    for (var file : added) {
      notes.addAll(NoteFiles.read(table, file));
    }
    notes.sort(Comparator.comparingLong(Note::serial));
    notes.forEach(this::take);
    snapshot = head.snapshotId();
  }

  private void clear() {
    marks.clear();
    deletions.clear();
    repeats.clear();
  }

  /** The files since the snapshot that is known; null when more has happened to them. */
  private @Nullable List<DataFile> addedSince(Table table, Snapshot head) {
    var known = snapshot;
    if (known == null) {
      return null;
    }
    var since = new ArrayDeque<Snapshot>();
    for (var one = head; one.snapshotId() != known; ) {
      if (!one.operation().equals(DataOperations.APPEND)) {
        return null;
      }
      since.push(one);
      var parent = one.parentId() == null ? null : table.snapshot(one.parentId());
      if (parent == null) {
        return null;
      }
      one = parent;
    }
    var files = new ArrayList<DataFile>();
    for (var one : since) {
      SnapshotChanges.builderFor(table).snapshot(one).build().addedDataFiles().forEach(files::add);
    }
    return files;
  }

  private void take(Note note) {
    switch (note.kind()) {
      case MARK -> marks.put(note.key(), note);
      case DELETION -> deletions.put(note.key(), note);
      case REPEAT -> repeats.add(note.origin());
    }
  }

  /** The mark of an idempotency key; null when there is none. */
  @Nullable Note mark(ByteBuffer key) {
    return marks.get(key);
  }

  /** The deletion of a key; null when there is none. */
  @Nullable Note deletion(ByteBuffer key) {
    return deletions.get(key);
  }

  /** Whether what was read at a place was not stored for its idempotency key. */
  boolean isRepeat(Origin place) {
    return repeats.contains(place);
  }
}
