package dev.acequia.consumer.deadletter;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.Lineage;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The share of records that may be bad, dead letters that were sent back aside. Beyond it a wrong
 * deploy is likelier than bad records, and the pipeline stops instead of putting everything aside.
 * Judged over the last batches that hold at least {@value #WINDOW} records together with the one at
 * hand, and with those on their way into the store.
 */
public final class DeadLetterBudget {
  static final int WINDOW = 1000;

  /** What leaves room for what to do in a message of bounded length. */
  private static final int MOST_REASON_CHARS = 300;

  private record Seen(long records, long bad) {}

  private final Deque<Seen> window = new ArrayDeque<>();
  private final PipelineDefinition definition;
  private final double maxRatio;
  private final DeadLetterHistory history;

  /** Where reading began, of partitions whose past has not been asked for. */
  private final Map<Integer, Begin> begins = new HashMap<>();

  private final Set<Integer> known = new HashSet<>();

  /** Of the batches in the window and on their way. */
  private long records;

  private long bad;

  /** Of the batches in the window alone. */
  private long storedRecords;

  /** Without records so far. */
  public DeadLetterBudget(PipelineDefinition definition, DeadLetterHistory history) {
    this.history = history;
    this.definition = definition;
    maxRatio = definition.maxDeadLetterRatio();
  }

  /** Notes where reading begins; what is said of a partition first holds. */
  public synchronized void begins(int partition, long offset, Lineage lineage) {
    if (known.add(partition)) {
      begins.put(partition, new Begin(offset, lineage));
    }
  }

  /** Counts a batch that sets out for the store, until it is closed, and on if it is stored. */
  public synchronized Share setOut(long batchRecords, long batchBad) {
    return new Share(batchRecords, batchBad);
  }

  /**
   * Judges a batch as far as it is known; to be asked when one more of it has turned out bad.
   *
   * @param letter the latest that was bad
   * @throws TerminationException when too many are
   */
  public synchronized void check(long batchRecords, long batchBad, DeadLetter letter)
      throws TerminationException {
    if (!begins.isEmpty() && bad + batchBad > (records + batchRecords) * maxRatio) {
      askHistory();
    }
    var allRecords = records + batchRecords;
    var allBad = bad + batchBad;
    if (allRecords >= WINDOW && allBad > allRecords * maxRatio) {
      var record = letter.record();
      throw new TerminationException(
          Termination.Reason.DeadLettersExceeded,
          "%d of the last %d records could not be stored, more than spec.consumer.deadLetters.maxRatio %s allows. The latest stood at offset %d of partition %d of %s: %s%s (%s). Reading goes on where it stopped once spec.schema is mended, or maxRatio is raised so that such records are put aside (1 for all of them). Those put aside so far: ./acequia dead-letters list %s -n %s"
              .formatted(
                  allBad,
                  allRecords,
                  BigDecimal.valueOf(maxRatio).stripTrailingZeros().toPlainString(),
                  record.offset(),
                  record.partition(),
                  record.topic(),
                  letter.field() == null ? "" : "field '" + letter.field() + "': ",
                  ForeignText.bounded(letter.reason(), MOST_REASON_CHARS),
                  letter.errorClass(),
                  definition.name(),
                  definition.namespace()));
    }
  }

  /** Keeps what is stored, and forgets what is too old. */
  private void remember(Seen batch) {
    window.addLast(batch);
    storedRecords += batch.records();
    if (storedRecords >= WINDOW) {
      begins.clear(); // what this process has seen itself suffices
    }
    while (!window.isEmpty() && storedRecords - window.getFirst().records() >= WINDOW) {
      var oldest = window.removeFirst();
      storedRecords -= oldest.records();
      records -= oldest.records();
      bad -= oldest.bad();
    }
  }

  /**
   * Asked only when it may matter, since most processes never need to know. Counts the partitions
   * that have begun, so that of several one may be read before enough is known to judge.
   */
  private void askHistory() {
    var before =
        new Seen(
            begins.values().stream().mapToLong(begin -> Math.min(begin.offset(), WINDOW)).sum(),
            history.countBefore(begins, WINDOW));
    begins.clear();
    window.addFirst(before);
    storedRecords += before.records();
    records += before.records();
    bad += before.bad();
  }

  /** Where reading began in a partition, and the generations of its log. */
  record Begin(long offset, Lineage lineage) {}

  /** A batch on its way into the store, for one thread. */
  public final class Share implements AutoCloseable {
    private final long batchRecords;
    private final long decodedBad;
    private long batchBad;
    private boolean stored;

    private Share(long batchRecords, long batchBad) {
      this.batchRecords = batchRecords;
      this.decodedBad = batchBad;
      this.batchBad = batchBad;
      records += batchRecords;
      bad += batchBad;
    }

    /** Forgets the store's rejections before the store judges the batch again. */
    public void beginAnew() {
      synchronized (DeadLetterBudget.this) {
        bad -= batchBad - decodedBad;
        batchBad = decodedBad;
      }
    }

    /**
     * Judges it before its dead letters are written.
     *
     * @param letter its latest
     * @throws TerminationException when too many are bad
     */
    public void judge(DeadLetter letter) throws TerminationException {
      synchronized (DeadLetterBudget.this) {
        check(0, 0, letter);
      }
    }

    /**
     * Counts a row that the store has rejected.
     *
     * @throws TerminationException when too many are bad
     */
    public void reject(DeadLetter letter) throws TerminationException {
      synchronized (DeadLetterBudget.this) {
        batchBad++;
        bad++;
        check(0, 0, letter);
      }
    }

    /** Notes that it is stored. */
    public void stored() {
      stored = true;
    }

    @Override
    public void close() {
      synchronized (DeadLetterBudget.this) {
        if (stored) {
          remember(new Seen(batchRecords, batchBad));
        } else {
          records -= batchRecords;
          bad -= batchBad;
        }
      }
    }
  }
}
