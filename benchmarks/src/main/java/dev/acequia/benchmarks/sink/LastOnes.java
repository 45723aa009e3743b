package dev.acequia.benchmarks.sink;

import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Queries for how many of the partitions' last records are in a table; each is a few index reads.
 */
final class LastOnes {
  private LastOnes() {}

  /**
   * Where each record is a row with its provenance.
   *
   * @param topic what the first column of the provenance is, such as {@code _generation = 1}
   * @param partition the second column's name
   * @param offset the third column's name
   */
  static String byProvenance(
      String table, String topic, String partition, String offset, Expected expected) {
    return countOf(
        table,
        expected,
        last ->
            "%s AND %s = %d AND %s = %d"
                .formatted(topic, partition, last.partition(), offset, last.offset()));
  }

  /** Where each flight is a row with the values of its last record. */
  static String byKey(String table, Expected expected) {
    return countOf(
        table,
        expected,
        last -> {
          var flight = last.flight();
          return "time_hour = '%s' AND carrier = '%s' AND flight = %d AND origin = '%s' AND arr_delay IS NOT DISTINCT FROM %s"
              .formatted(
                  flight.timeHour(),
                  flight.carrier(),
                  flight.number(),
                  flight.origin(),
                  flight.arrivalDelay() == null ? "NULL" : flight.arrivalDelay());
        });
  }

  private static String countOf(
      String table, Expected expected, Function<Expected.Last, String> condition) {
    return expected.lasts().stream()
        .map(last -> "(SELECT count(*) FROM %s WHERE %s)".formatted(table, condition.apply(last)))
        .collect(Collectors.joining(" + ", "SELECT ", ""));
  }
}
