package dev.acequia.local.cli.load;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what becomes of the records, from all lanes. */
final class Tally {
  private final LongAdder read = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder heldBack = new LongAdder();
  private final LongAdder unknown = new LongAdder();

  void read() {
    read.increment();
  }

  void sent(int records) {
    sent.add(records);
  }

  void accepted(int records) {
    accepted.add(records);
  }

  void rejected(int records) {
    rejected.add(records);
  }

  /** Good records of a request that was refused for others. */
  void heldBack(int records) {
    heldBack.add(records);
  }

  /** Records of a request without a final answer. */
  void unknown(int records) {
    unknown.add(records);
  }

  ImportResult result(@Nullable String failure, boolean unreadable) {
    return new ImportResult(
        read.sum(),
        sent.sum(),
        accepted.sum(),
        rejected.sum(),
        heldBack.sum(),
        unknown.sum(),
        failure,
        unreadable);
  }
}
