package dev.acequia.stores.lake;

import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreUnavailableException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

/**
 * All notes of a table as of one snapshot of their branch. A mark takes some 64 bytes, a deletion
 * 48 and a repeat 24, however long their keys are. All together take at most a part of the heap.
 * Beyond that the load waits until enough have expired.
 */
final class KnownNotes {
  /** Batches use the rest of the heap. */
  private static final int SHARE_OF_HEAP = 4;

  private static final int UNKNOWN_TIME = -1;

  // The columns after the key's two.
  private static final int SERIAL = 2;
  private static final int PLACE = 3;
  private static final int OFFSET = 4;
  private static final int CONTENT = 5;
  private static final int PUSHED = 6;

  /**
   * A mark.
   *
   * @param content the first 8 bytes of its digest
   */
  record Mark(Origin origin, long content, @Nullable Long pushedMillis) {
    static Mark of(Note note) {
      return new Mark(note.origin(), begin(note.content()), note.pushedMillis());
    }

    boolean hasContent(ByteBuffer digest) {
      return content == begin(digest);
    }

    private static long begin(ByteBuffer digest) {
      return digest.getLong(digest.position());
    }
  }

  private final long mostBytes;
  private final NumberTable marks = new NumberTable(7);
  private final NumberTable deletions = new NumberTable(5);
  private final NumberTable repeats = new NumberTable(2);
  private final Count count = new Count();
  private @Nullable UUID table;
  private @Nullable Long snapshot;

  /** The snapshot whose notes exceeded the bound; null when the last read succeeded. */
  private @Nullable Long refused;

  /** Numbers of notes read, kept or not. */
  private static final class Count {
    private long marks;
    private long deletions;
    private long repeats;
  }

  /** Uses at most a quarter of the heap. */
  KnownNotes() {
    this(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  }

  KnownNotes(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /**
   * Updates the notes to the table's current snapshot. Reads only new files, if it can.
   *
   * @throws StoreUnavailableException when the notes exceed the bound
   */
  void follow(Table now) throws StoreUnavailableException {
    if (!now.uuid().equals(table)) {
      clear();
      table = now.uuid();
    }
    var head = NoteFiles.head(now);
    if (head == null || Objects.equals(snapshot, head.snapshotId())) {
      return;
    }
    if (!Objects.equals(refused, head.snapshotId())) {
      read(now, head);
    }
    if (refused != null) {
      throw tooMany();
    }
  }

  private void read(Table now, Snapshot head) {
    var isWhole = false;
    try {
      var added = addedSince(now, head);
      if (added == null) {
        clear();
        added = NoteFiles.of(now, head);
      }
      for (var file : added) {
        NoteFiles.read(now, file, this::take);
      }
      isWhole = bytes() <= mostBytes;
      snapshot = head.snapshotId();
      refused = isWhole ? null : snapshot;
    } finally {
      if (!isWhole) {
        forget();
      }
    }
  }

  private StoreUnavailableException tooMany() {
    return new StoreUnavailableException(
        "the table remembers %d idempotency keys, %d repeats of them and %d deleted keys, more than fit into %d MiB, a quarter of the consumer's heap. The load goes on when enough have expired. Deleted keys expire only if topic and dead letters have a retention. To go on sooner, send fewer records with an idempotency key and shorten the topic's retention"
            .formatted(count.marks, count.repeats, count.deletions, mostBytes >> 20));
  }

  private long bytes() {
    return marks.bytes() + deletions.bytes() + repeats.bytes();
  }

  private void clear() {
    forget();
    count.marks = 0;
    count.deletions = 0;
    count.repeats = 0;
    refused = null;
  }

  /** Releases the memory. */
  private void forget() {
    marks.clear();
    deletions.clear();
    repeats.clear();
    snapshot = null;
  }

  /** The files added since the known snapshot; null when it is gone or files were removed. */
  private @Nullable List<DataFile> addedSince(Table now, Snapshot head) {
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
      var parent = one.parentId() == null ? null : now.snapshot(one.parentId());
      if (parent == null) {
        return null;
      }
      one = parent;
    }
    var files = new ArrayList<DataFile>();
    for (var one : since) {
      SnapshotChanges.builderFor(now).snapshot(one).build().addedDataFiles().forEach(files::add);
    }
    return files;
  }

  /** Adds a note that was read; of two with one key, the later one stays. */
  private void take(Note note) {
    switch (note.kind()) {
      case MARK -> count.marks++;
      case DELETION -> count.deletions++;
      case REPEAT -> count.repeats++;
    }
    if (bytes() > mostBytes) {
      return; // over the bound: count only
    }
    switch (note.kind()) {
      case MARK -> {
        var row = take(marks, note);
        if (row >= 0) {
          marks.set(row, CONTENT, Mark.of(note).content());
          var pushed = note.pushedMillis();
          marks.set(row, PUSHED, pushed == null ? UNKNOWN_TIME : pushed);
        }
      }
      case DELETION -> take(deletions, note);
      case REPEAT -> {
        var place = note.origin();
        if (!isRepeat(place)) {
          repeats.add(place(place), place.offset());
        }
      }
    }
  }

  /** The row for this note, found or added; negative when the one found has a later note. */
  private static int take(NumberTable into, Note note) {
    var first = first(note.key());
    var second = second(note.key());
    var row = into.find(first, second);
    if (row >= 0 && into.get(row, SERIAL) > note.serial()) {
      return -1;
    }
    if (row < 0) {
      row = into.add(first, second);
    }
    into.set(row, SERIAL, note.serial());
    into.set(row, PLACE, place(note.origin()));
    into.set(row, OFFSET, note.origin().offset());
    return row;
  }

  private static long first(ByteBuffer digest) {
    return digest.getLong(digest.position());
  }

  private static long second(ByteBuffer digest) {
    return digest.getLong(digest.position() + Long.BYTES);
  }

  private static long place(Origin origin) {
    return (long) origin.generation() << Integer.SIZE | origin.partition();
  }

  private static Origin origin(NumberTable of, int row) {
    var place = of.get(row, PLACE);
    return new Origin((int) (place >>> Integer.SIZE), (int) place, of.get(row, OFFSET));
  }

  /**
   * The mark of an idempotency key; null when there is none.
   *
   * @param digest of the key
   */
  @Nullable Mark mark(ByteBuffer digest) {
    var row = marks.find(first(digest), second(digest));
    if (row < 0) {
      return null;
    }
    var pushed = marks.get(row, PUSHED);
    return new Mark(
        origin(marks, row), marks.get(row, CONTENT), pushed == UNKNOWN_TIME ? null : pushed);
  }

  /**
   * The origin of a key's deletion; null when there is none.
   *
   * @param key its values
   */
  @Nullable Origin deletion(ByteBuffer key) {
    if (deletions.isEmpty()) {
      return null;
    }
    var digest = Digest.of(key);
    var row = deletions.find(first(digest), second(digest));
    return row < 0 ? null : origin(deletions, row);
  }

  /** Whether the record at a place was a repeat: not stored because of its idempotency key. */
  boolean isRepeat(Origin place) {
    return repeats.find(place(place), place.offset()) >= 0;
  }
}
