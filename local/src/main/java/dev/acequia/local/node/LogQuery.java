package dev.acequia.local.node;

import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Which part of a log is wanted.
 *
 * @param follow wait for more until the container ends
 * @param previous the run before the current one
 * @param timestamps begin each line with its time
 * @param tailLines only that many lines from the end
 * @param since only lines from then on
 * @param limitBytes stop after that many bytes
 */
record LogQuery(
    boolean follow,
    boolean previous,
    boolean timestamps,
    OptionalLong tailLines,
    Instant since,
    OptionalLong limitBytes) {

  /**
   * Reads the parameters of a request to a kubelet.
   *
   * @throws IllegalArgumentException when one of them is not of its form
   */
  static LogQuery parse(Map<String, String> parameters, Clock clock) {
    var since = Instant.EPOCH;
    var seconds = number(parameters, "sinceSeconds");
    if (seconds.isPresent()) {
      since = clock.instant().minusSeconds(seconds.getAsLong());
    } else if (parameters.containsKey("sinceTime")) {
      try {
        since = Instant.parse(parameters.get("sinceTime"));
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException("sinceTime is no RFC 3339 time", e);
      }
    }
    return new LogQuery(
        flag(parameters, "follow"),
        flag(parameters, "previous"),
        flag(parameters, "timestamps"),
        number(parameters, "tailLines"),
        since,
        number(parameters, "limitBytes"));
  }

  private static boolean flag(Map<String, String> parameters, String name) {
    var value = parameters.getOrDefault(name, "false");
    return value.equals("true") || value.equals("1");
  }

  private static OptionalLong number(Map<String, String> parameters, String name) {
    var value = parameters.get(name);
    if (value == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(value));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is no number: " + value, e);
    }
  }
}
