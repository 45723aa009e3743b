package dev.acequia.stores.lake;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.position.Ledger;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataFile;

/**
 * Forgets marks after a day, and deletions after as long as the environment says; makes one file of
 * many.
 */
final class LakeHousekeeping implements StoreHousekeeping {
  private static final Duration DAY = Duration.ofHours(24);
  private static final Duration PAUSE = Duration.ofHours(1);

  /** A table with more files of notes has them written anew, as one. */
  private static final int MOST_FILES = 100;

  private final StoreDefinition.Lake store;
  private final LakeTables tables;
  private final Optional<Duration> deletionsKept;
  private final Clock clock;

  LakeHousekeeping(StoreDefinition.Lake store, Map<String, String> environment, Clock clock) {
    this.store = store;
    this.clock = clock;
    tables = new LakeTables(store, environment);
    deletionsKept = RuntimeVariable.ACEQUIA_DELETIONS_KEPT.in(environment).map(Duration::parse);
  }

  @Override
  public String subject() {
    return "marks and deletions";
  }

  @Override
  public Duration work() throws StoreUnavailableException {
    var state = TableState.of(tables.load(tables.data()));
    var table = state.table();
    var files = LakeFailure.of(() -> NoteFiles.of(table, NoteFiles.head(table)));
    var notes = new ArrayList<Note>();
    for (var file : files) {
      notes.addAll(LakeFailure.of(() -> NoteFiles.read(table, file)));
    }
    notes.sort(Comparator.comparingLong(Note::serial));
    var kept = notes.stream().filter(note -> !isExpired(note)).toList();
    if (kept.size() == notes.size() && files.size() <= MOST_FILES) {
      return PAUSE;
    }
    var ledger = new Ledger(state.ledger());
    notes.stream()
        .filter(note -> note.kind() == Note.Kind.DELETION && isExpired(note))
        .forEach(note -> ledger.forget(after(note.origin())));
    var written =
        kept.isEmpty()
            ? List.<DataFile>of()
            : List.of(LakeFailure.of(() -> NoteFiles.write(table, store, kept)));
    // Whoever judges by what is forgotten here commits alone, and begins anew.
    var outcome =
        new FencedCommit(state)
            .alone()
            .set(TableState.REVISION, String.valueOf(state.revision() + 1))
            .with(LedgerText.KEY, LedgerText.of(ledger))
            .commit(
                transaction -> {
                  var change = transaction.newOverwrite().toBranch(LakeTables.NOTES);
                  files.forEach(change::deleteFile);
                  written.forEach(change::addFile);
                  change.commit();
                  return transaction.newFastAppend();
                });
    if (outcome != FencedCommit.Outcome.DONE) {
      written.forEach(file -> table.io().deleteFile(file.location()));
      return Duration.ofSeconds(1);
    }
    return PAUSE;
  }

  private boolean isExpired(Note note) {
    var age = Duration.ofMillis(clock.millis() - note.atMillis());
    return switch (note.kind()) {
      case MARK -> age.compareTo(DAY) > 0;
      case DELETION -> deletionsKept.isPresent() && age.compareTo(deletionsKept.get()) > 0;
      case REPEAT -> false;
    };
  }

  private static Origin after(Origin origin) {
    return new Origin(origin.generation(), origin.partition(), origin.offset() + 1);
  }

  @Override
  public void close() {
    tables.close();
  }
}
