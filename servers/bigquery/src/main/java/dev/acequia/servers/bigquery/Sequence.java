package dev.acequia.servers.bigquery;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code _CHANGE_SEQUENCE_NUMBER}: up to four sections of up to 16 hexadecimal digits.
 * https://cloud.google.com/bigquery/docs/change-data-capture#manage_custom_ordering
 */
record Sequence(List<Long> sections) implements Comparable<Sequence> {
  /** Of rows without one. */
  static final Sequence FIRST = new Sequence(List.of(0L));

  private static final int SECTIONS = 4;
  private static final int DIGITS = 16;
  private static final int HEX = 16;

  static Sequence parse(String text) throws ServiceException {
    var sections = new ArrayList<Long>();
    for (var section : text.split("/", -1)) {
      if (section.isEmpty() || section.length() > DIGITS) {
        throw bad(text);
      }
      try {
        sections.add(Long.parseUnsignedLong(section, HEX));
      } catch (NumberFormatException e) {
        throw bad(text);
      }
    }
    if (sections.size() > SECTIONS) {
      throw bad(text);
    }
    return new Sequence(sections);
  }

  private static ServiceException bad(String text) {
    return ServiceException.invalid("Invalid _CHANGE_SEQUENCE_NUMBER: " + text);
  }

  @Override
  public int compareTo(Sequence other) {
    for (var i = 0; i < SECTIONS; i++) {
      var compared = Long.compareUnsigned(section(i), other.section(i));
      if (compared != 0) {
        return compared;
      }
    }
    return 0;
  }

  private long section(int index) {
    return index < sections.size() ? sections.get(index) : 0;
  }

  @Override
  public String toString() {
    return String.join("/", sections.stream().map(section -> Long.toHexString(section)).toList());
  }
}
