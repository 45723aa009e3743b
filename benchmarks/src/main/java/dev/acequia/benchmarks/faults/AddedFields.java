package dev.acequia.benchmarks.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The fields that migrations added, and up to where rows were stored before without them. */
final class AddedFields {
  private record Step(int topic, Map<Integer, Long> storedBefore) {}

  private final List<Step> steps = new ArrayList<>();

  /**
   * Notes one more field.
   *
   * @param topic how many topics of the name there were before
   * @param storedBefore the offset of each partition when the migration had ended
   */
  void add(int topic, Map<Integer, Long> storedBefore) {
    steps.add(new Step(topic, Map.copyOf(storedBefore)));
  }

  /**
   * How many of them a row has at least: those of the schema by which its record was stored.
   *
   * @param topic how many topics of the name there were before the record's
   * @param sent how many the record has
   */
  int atLeast(int topic, int partition, long offset, int sent) {
    var fields = 0;
    while (fields < Math.min(sent, steps.size())
        && isAfter(topic, partition, offset, steps.get(fields))) {
      fields++;
    }
    return fields;
  }

  private static boolean isAfter(int topic, int partition, long offset, Step step) {
    return topic > step.topic()
        || (topic == step.topic() && offset >= step.storedBefore().getOrDefault(partition, 0L));
  }
}
