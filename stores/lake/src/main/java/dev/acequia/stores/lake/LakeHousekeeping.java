package dev.acequia.stores.lake;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.position.Ledger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;

/**
 * Forgets marks after a day, deletions after as long as the environment says, and repeats when no
 * replay can reach them; makes one file of many. Notes are read one by one, and none is kept.
 */
final class LakeHousekeeping implements StoreHousekeeping {
  private static final Duration DAY = Duration.ofHours(24);
  private static final Duration PAUSE = Duration.ofHours(1);

  /** After another has changed the notes or the ledger. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  /**
   * How much longer than its retention a log may have a record: Kafka removes whole segments, which
   * end after a week.
   */
  private static final Duration SEGMENT = Duration.ofDays(14);

  /** Beyond this number of files, housekeeping merges the notes into one. */
  private static final int MOST_FILES = 100;

  /** Housekeeping rewrites the notes when one in ten has expired. */
  private static final int EXPIRED_SHARE = 10;

  private final StoreDefinition.Lake store;
  private final LakeTables tables;
  private final Optional<Duration> deletionsKept;
  private final Clock clock;

  LakeHousekeeping(
      StoreDefinition.Lake store, LakeTables tables, Map<String, String> environment, Clock clock) {
    this.store = store;
    this.clock = clock;
    this.tables = tables;
    deletionsKept = RuntimeVariable.ACEQUIA_DELETIONS_KEPT.in(environment).map(Duration::parse);
  }

  /** What there is to forget, at one time. */
  private final class ExpiredNotes {
    private final long nowMillis = clock.millis();

    /** By generation and partition, the offset of the last deletion that is forgotten. */
    private final Map<Origin, Long> forgotten = new HashMap<>();

    private long notes;
    private long expired;

    void count(Note note) {
      notes++;
      if (!isExpired(note)) {
        return;
      }
      expired++;
      if (note.kind() == Note.Kind.DELETION) {
        var origin = note.origin();
        forgotten.merge(
            new Origin(origin.generation(), origin.partition(), 0), origin.offset(), Math::max);
      }
    }

    boolean isDue() {
      return expired > 0 && expired >= notes / EXPIRED_SHARE;
    }

    boolean isExpired(Note note) {
      var age = Duration.ofMillis(nowMillis - note.atMillis());
      return switch (note.kind()) {
        case MARK -> age.compareTo(DAY) > 0;
        case DELETION -> deletionsKept.isPresent() && age.compareTo(deletionsKept.get()) > 0;
        case REPEAT ->
            deletionsKept.isPresent() && age.compareTo(deletionsKept.get().plus(SEGMENT)) > 0;
      };
    }

    /** The ledger, which says up to where deletions are forgotten. */
    Ledger noted(Ledger before) {
      var ledger = new Ledger(before);
      forgotten.forEach(
          (log, last) -> ledger.forget(new Origin(log.generation(), log.partition(), last + 1)));
      return ledger;
    }
  }

  @Override
  public String subject() {
    return "marks and deletions";
  }

  @Override
  public Duration work() throws StoreUnavailableException {
    var state = TableState.of(tables.load(tables.data()));
    var table = state.table();
    var expiry = new ExpiredNotes();
    var files =
        LakeFailure.of(
            () -> {
              var found = NoteFiles.of(table, NoteFiles.head(table));
              found.forEach(file -> NoteFiles.read(table, file, expiry::count));
              return found;
            });
    if (!expiry.isDue() && files.size() <= MOST_FILES) {
      return PAUSE;
    }
    var written = LakeFailure.of(() -> write(table, files, expiry));
    // Owners go on beside it: what they have noted since stays. Whoever judges by what is forgotten
    // here commits alone, so finds this commit in the way and begins anew.
    var outcome =
        new FencedCommit(state)
            .set(TableState.REVISION, String.valueOf(state.revision() + 1))
            .with(LedgerText.KEY, LedgerText.of(expiry.noted(state.ledger())))
            .commit(
                transaction -> {
                  // Fails when another has replaced one of the files.
                  var change = transaction.newOverwrite().toBranch(LakeTables.NOTES);
                  files.forEach(change::deleteFile);
                  written.forEach(change::addFile);
                  change.commit();
                  return transaction.newFastAppend();
                });
    if (outcome != FencedCommit.Outcome.DONE) {
      written.forEach(file -> table.io().deleteFile(file.location()));
      return RETRY;
    }
    return PAUSE;
  }

  /** One file of all that has not expired; none when all has. */
  private List<DataFile> write(Table table, List<DataFile> files, ExpiredNotes expiry) {
    if (expiry.expired == expiry.notes) {
      return List.of();
    }
    var writer = NoteFiles.writer(table, store);
    try (writer) {
      for (var file : files) {
        NoteFiles.read(
            table,
            file,
            note -> {
              if (!expiry.isExpired(note)) {
                writer.write(note.toRecord());
              }
            });
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.of(writer.toDataFile());
  }

  @Override
  public void close() {
    tables.close();
  }
}
