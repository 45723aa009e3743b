package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.faults.TopicReader.Read;
import java.util.ArrayList;
import java.util.List;

/** What was in topics that were deleted after all in them had been stored. */
final class FormerTopics {
  /**
   * A record.
   *
   * @param topic how many topics there were before its own
   * @param generation how often logs were cut and topics made before it
   */
  record Former(int topic, int generation, Read read) {}

  private final List<Former> records = new ArrayList<>();
  private int count;

  /** A topic is about to be deleted; all in it is stored. */
  void add(List<Read> topic, LostRecords lost) {
    for (var read : topic) {
      records.add(new Former(count, lost.generation(read.partition(), read.offset()), read));
    }
    count++;
  }

  /** How many there were. */
  int count() {
    return count;
  }

  List<Former> records() {
    return records;
  }
}
