package dev.acequia.stores.bigquery;

import dev.acequia.stores.PartitionAdvance;

/**
 * What this process knows of a partition that it has claimed in append mode. Nobody else writes
 * there until the claim is void, and then the stream takes no rows: so it need not ask.
 *
 * @param claimed the fence in the returned claim; the fence in the state is later where claims were
 *     joined since
 * @param known as the state was written last
 * @param position where reading is, with the rows that the state does not count
 * @param savedNanos when the state was written last, by {@link System#nanoTime}
 */
record Held(long claimed, State.Known known, PartitionState position, long savedNanos) {
  long fence() {
    return position.fence();
  }

  String stream() {
    var stream = position.stream();
    if (stream == null) {
      throw new IllegalStateException("a claim without a stream");
    }
    return stream.name();
  }

  boolean isAt(PartitionAdvance advance) {
    return claimed == advance.fence() && position.next() == advance.from();
  }

  Held advanced(PartitionAdvance advance) {
    return new Held(claimed, known, position.advanced(advance), savedNanos);
  }

  /** After the position was written. */
  Held saved() {
    return new Held(
        claimed, new State.Known(known.revision() + 1, position), position, System.nanoTime());
  }
}
