package dev.acequia.benchmarks.sink;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the table must hold when all is loaded: row counts and sums, and the last record of each
 * partition, with which the load is over.
 */
final class Expected {
  /** The last record of a partition. */
  record Last(int partition, long offset, Flight flight) {}

  private final @Nullable Last[] lasts;
  private long records;
  private long corrections;
  private long arrivals;
  private long replaced;

  Expected(int partitions) {
    lasts = new Last[partitions];
  }

  void add(Flight flight, int partition, long offset) {
    records++;
    arrivals += flight.arrivalDelay() == null ? 0 : flight.arrivalDelay();
    if (flight.corrects() != null) {
      corrections++;
      replaced += flight.corrects();
    }
    lasts[partition] = new Last(partition, offset, flight);
  }

  long records() {
    return records;
  }

  /** Rows in append mode: each record is one. */
  long appendedRows() {
    return records;
  }

  /** The sum of all arrival delays in append mode. */
  long appendedArrivals() {
    return arrivals;
  }

  /** Rows in upsert mode: each flight is one. */
  long upsertedRows() {
    return records - corrections;
  }

  /** The sum of all arrival delays when corrections took their flights' place. */
  long upsertedArrivals() {
    return arrivals - replaced;
  }

  List<Last> lasts() {
    var found = new ArrayList<Last>();
    for (var last : lasts) {
      if (last != null) {
        found.add(last);
      }
    }
    return found;
  }
}
