package dev.acequia.local.cli.letters;

import dev.acequia.local.CommandException;
import java.util.regex.Pattern;

/** Some offsets of a partition, both ends included. */
public record CoordinateRange(int partition, long from, long to) {
  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,9})(?::([0-9]{1,18})(?:-([0-9]{1,18}))?)?");

  /**
   * Reads {@code PARTITION}, {@code PARTITION:OFFSET} or {@code PARTITION:OFFSET-OFFSET}.
   *
   * @throws CommandException when it is none of them
   */
  public static CoordinateRange parse(String option, String text) {
    var found = FORM.matcher(text);
    if (!found.matches()) {
      throw new CommandException(
          "%s %s: use a partition, or partition:offset, or partition:first-last, such as 0:1200-1300"
              .formatted(option, text));
    }
    var partition = Integer.parseInt(found.group(1));
    if (found.group(2) == null) {
      return new CoordinateRange(partition, 0, Long.MAX_VALUE);
    }
    var from = Long.parseLong(found.group(2));
    var to = found.group(3) == null ? from : Long.parseLong(found.group(3));
    if (to < from) {
      throw new CommandException(
          "%s %s: the last offset is before the first".formatted(option, text));
    }
    return new CoordinateRange(partition, from, to);
  }

  boolean contains(int candidate, long offset) {
    return candidate == partition && offset >= from && offset <= to;
  }
}
