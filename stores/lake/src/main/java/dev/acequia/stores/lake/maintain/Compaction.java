package dev.acequia.stores.lake.maintain;

import dev.acequia.stores.lake.table.ForeignFileException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.iceberg.Table;

/**
 * Merges small data files, files of deletes, and manifests. One process at a time does it, and it
 * commits rarely: an upsert that meets a commit of another is judged again.
 */
public final class Compaction implements Upkeep {
  /** The property that says which process merges, and until when. */
  static final String LEASE = "acequia.compaction";

  /** While nothing else is due, one commit of maintenance comes to as many of the load. */
  private static final int COMMITS_BETWEEN = 10;

  private static final Duration LEAST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  /** While more is due, a fifth of the time is worked. */
  private static final int PAUSES_OF_WORK = 4;

  /** Beyond as many, they are merged though no files are. Queries read each new one. */
  static final int MOST_MANIFESTS = 200;

  private final Duration interval;
  private final Clock clock;
  private final Supplier<Budget> budgets;
  private final Lease lease;

  /**
   * The compaction of one table.
   *
   * @param interval between two commits of the load
   */
  public Compaction(Duration interval, Clock clock) {
    this(interval, clock, Budget::ofSeconds);
  }

  Compaction(Duration interval, Clock clock, Supplier<Budget> budgets) {
    this.interval = interval;
    this.clock = clock;
    this.budgets = budgets;
    lease = new Lease(LEASE, clock);
  }

  @Override
  public String subject() {
    return "small files";
  }

  @Override
  public Duration work(Table table) throws IOException {
    var begun = clock.instant();
    var pause = longer(LEAST_PAUSE, interval.multipliedBy(COMMITS_BETWEEN));
    var head = table.currentSnapshot();
    if (head == null) {
      return pause;
    }
    var other = lease.heldByOther(table);
    if (other.isPresent()) {
      var longest = other.get().compareTo(LONGEST_PAUSE) < 0 ? other.get() : LONGEST_PAUSE;
      return longer(pause, longest);
    }
    var files = LiveFiles.of(table, head);
    check(table, files);
    var choices = Choice.of(table, head, files);
    var manifests = files.manifests() > MOST_MANIFESTS;
    if ((choices.isEmpty() && !manifests) || !lease.take(table, pause.multipliedBy(3))) {
      return pause;
    }
    if (choices.isEmpty()) {
      // An append without files merges manifests like any other.
      table.newAppend().commit();
      return pause;
    }
    var rewrite = new Rewrite(table, head, files);
    rewrite.write(choices, budgets.get());
    var isDone = rewrite.commit();
    var failure = rewrite.failure();
    if (failure != null) {
      throw failure;
    }
    if (!isDone || !rewrite.isFull()) {
      return pause;
    }
    var work = Duration.between(begun, clock.instant());
    return longer(interval, work.multipliedBy(PAUSES_OF_WORK));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** Refuses a table whose files cannot be merged here. */
  private static void check(Table table, LiveFiles files) {
    ForeignFileException.check(table);
    for (var group : files.groups().values()) {
      group.deletes().forEach(ForeignFileException::check);
    }
  }
}
