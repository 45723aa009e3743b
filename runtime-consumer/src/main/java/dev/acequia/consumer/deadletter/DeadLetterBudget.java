package dev.acequia.consumer.deadletter;

import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The share of records that may be bad. Beyond it a wrong deploy is likelier than bad records, and
 * the pipeline stops instead of putting everything aside. Judged over the last batches that hold at
 * least {@value #WINDOW} records together with the one at hand.
 */
public final class DeadLetterBudget {
  static final int WINDOW = 1000;

  /** 5 %. */
  private static final double MAX_RATIO = .05;

  private record Seen(long records, long bad) {}

  private final Deque<Seen> window = new ArrayDeque<>();
  private long records;
  private long bad;

  /** Adds a batch that is stored. */
  public synchronized void stored(long batchRecords, long batchBad) {
    window.addLast(new Seen(batchRecords, batchBad));
    records += batchRecords;
    bad += batchBad;
    while (!window.isEmpty() && records - window.getFirst().records() >= WINDOW) {
      var oldest = window.removeFirst();
      records -= oldest.records();
      bad -= oldest.bad();
    }
  }

  /**
   * Judges a batch as far as it is known; to be asked when one more of it has turned out bad.
   *
   * @param letter the latest that was bad
   * @throws TerminationException when too many are
   */
  public synchronized void check(long batchRecords, long batchBad, DeadLetter letter)
      throws TerminationException {
    var allRecords = records + batchRecords;
    var allBad = bad + batchBad;
    if (allRecords >= WINDOW && allBad > allRecords * MAX_RATIO) {
      var record = letter.record();
      throw new TerminationException(
          Termination.Reason.DeadLettersExceeded,
          "%d of the last %d records could not be stored, which is more than %.0f %%. The latest stood at offset %d of partition %d of %s: %s%s (%s). If the records are wrong, mend their producer; if the schema is, mend it: reading then goes on where it stopped."
              .formatted(
                  allBad,
                  allRecords,
                  MAX_RATIO * 100,
                  record.offset(),
                  record.partition(),
                  record.topic(),
                  letter.field() == null ? "" : "field '" + letter.field() + "': ",
                  letter.reason(),
                  letter.errorClass()));
    }
  }
}
