package dev.acequia.benchmarks.sink;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One departure, as a record of about 150 bytes of JSON.
 *
 * @param scheduled seconds since 1970, a full hour
 * @param departureDelay minutes; null for a cancelled flight
 * @param corrects the arrival delay that this record of the same flight takes the place of; null
 *     for a flight's first record
 */
record Flight(
    long scheduled,
    String carrier,
    int number,
    String origin,
    String destination,
    @Nullable String tail,
    @Nullable Integer departureDelay,
    @Nullable Integer arrivalDelay,
    int distance,
    @Nullable Integer corrects) {

  String timeHour() {
    return Instant.ofEpochSecond(scheduled).toString();
  }

  /** The record's value; what is not known is left out. */
  byte[] json() {
    var json = new StringBuilder(176);
    json.append("{\"time_hour\":\"").append(timeHour());
    json.append("\",\"carrier\":\"").append(quoted(carrier));
    json.append("\",\"flight\":").append(number);
    json.append(",\"origin\":\"").append(quoted(origin));
    json.append("\",\"dest\":\"").append(quoted(destination)).append('"');
    if (tail != null) {
      json.append(",\"tailnum\":\"").append(quoted(tail)).append('"');
    }
    if (departureDelay != null) {
      json.append(",\"dep_delay\":").append(departureDelay);
    }
    if (arrivalDelay != null) {
      json.append(",\"arr_delay\":").append(arrivalDelay);
    }
    json.append(",\"distance\":").append(distance).append('}');
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The record's key: a JSON array of the schema's key. */
  byte[] key() {
    return "[\"%s\",\"%s\",%d,\"%s\"]"
        .formatted(timeHour(), quoted(carrier), number, quoted(origin))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The row as a line of COPY's text format, with its provenance. */
  String copyLine(int generation, int partition, long offset) {
    return String.join(
            "\t",
            timeHour(),
            carrier,
            Integer.toString(number),
            origin,
            destination,
            orNull(tail),
            orNull(departureDelay),
            orNull(arrivalDelay),
            Integer.toString(distance),
            Integer.toString(generation),
            Integer.toString(partition),
            Long.toString(offset))
        + "\n";
  }

  private static String orNull(@Nullable Object value) {
    return value == null ? "\\N" : value.toString();
  }

  private static String quoted(String text) {
    return new String(JsonStringEncoder.getInstance().quoteAsString(text));
  }
}
