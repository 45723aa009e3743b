package dev.acequia.contract.record;

import dev.acequia.contract.record.BadRecordException.ErrorClass;

/**
 * Dates ({@code 2013-01-31}) and timestamps (RFC 3339, {@code 2013-01-31T10:00:00.123456Z}) from
 * ASCII. Years run from 0001 to 9999, in UTC too.
 */
final class TemporalText {
  /** 0001-01-01 and 9999-12-31, days since 1970-01-01. */
  static final long FIRST_DAY = -719_162;

  static final long LAST_DAY = 2_932_896;
  static final long MICROS_PER_SECOND = 1_000_000;
  static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

  private static final String DATE_FORM = "expected a date such as 2013-01-31";
  private static final String TIMESTAMP_FORM =
      "expected a time with its offset, such as 2013-01-31T10:00:00Z";
  private static final int[] DAYS_IN_MONTH = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private TemporalText() {}

  /** Days since 1970-01-01. */
  static long date(byte[] text, int offset, int length) throws BadRecordException {
    if (length != 10) {
      throw wrongForm(DATE_FORM);
    }
    return day(text, offset, DATE_FORM);
  }

  /**
   * Microseconds since 1970-01-01 UTC. What is finer is cut off. A leap second is the second after
   * it, as in PostgreSQL. A date alone is its midnight in UTC, so that a topic's older records can
   * be read after a field was widened from date to timestamp.
   */
  static long timestamp(byte[] text, int offset, int length) throws BadRecordException {
    if (length == 10) {
      return day(text, offset, DATE_FORM) * MICROS_PER_DAY;
    }
    if (length < 20
        || (text[offset + 10] | 0x20) != 't' && text[offset + 10] != ' '
        || text[offset + 13] != ':'
        || text[offset + 16] != ':') {
      throw wrongForm(TIMESTAMP_FORM);
    }
    var day = day(text, offset, TIMESTAMP_FORM);
    var hour = two(text, offset + 11);
    var minute = two(text, offset + 14);
    var second = two(text, offset + 17);
    var at = offset + 19;
    var end = offset + length;
    var fraction = 0L;
    if (text[at] == '.') {
      var from = ++at;
      var unit = MICROS_PER_SECOND;
      while (at < end && text[at] >= '0' && text[at] <= '9') {
        unit /= 10;
        fraction += (text[at++] - '0') * unit;
      }
      if (at == from || at - from > 9) {
        throw wrongForm("expected one to nine digits of a second's fraction");
      }
    }
    var zone = offsetMinutes(text, at, end);
    if (hour > 23 || minute > 59 || second > 60) {
      throw outOfRange("no such time of day");
    }
    var minuteOfEpoch = day * 1440 + hour * 60 + minute - zone;
    if (second == 60 && Math.floorMod(minuteOfEpoch, 1440L) != 1439) {
      throw outOfRange("a leap second is the last of a day in UTC");
    }
    var micros = (minuteOfEpoch * 60 + second) * MICROS_PER_SECOND + fraction;
    var dayInUtc = Math.floorDiv(micros, MICROS_PER_DAY);
    if (dayInUtc < FIRST_DAY || dayInUtc > LAST_DAY) {
      throw outOfRange("the year must be from 0001 to 9999, in UTC too");
    }
    return micros;
  }

  private static int offsetMinutes(byte[] text, int at, int end) throws BadRecordException {
    if (end - at == 1 && (text[at] | 0x20) == 'z') {
      return 0;
    }
    if (end - at != 6 || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':') {
      throw wrongForm(TIMESTAMP_FORM);
    }
    var hours = two(text, at + 1);
    var minutes = two(text, at + 4);
    if (hours > 23 || minutes > 59) {
      throw outOfRange("no such offset from UTC");
    }
    return (text[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
  }

  private static long day(byte[] text, int offset, String form) throws BadRecordException {
    if (text[offset + 4] != '-' || text[offset + 7] != '-') {
      throw wrongForm(form);
    }
    var year = two(text, offset) * 100 + two(text, offset + 2);
    var month = two(text, offset + 5);
    var day = two(text, offset + 8);
    if (year == 0) {
      throw outOfRange("the year must be from 0001 to 9999");
    }
    if (month < 1 || month > 12 || day < 1 || day > daysIn(month, year)) {
      throw outOfRange("no such day");
    }
    return epochDay(year, month, day);
  }

  private static int daysIn(int month, int year) {
    var leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : DAYS_IN_MONTH[month - 1];
  }

  /** Counts years from March, so that the leap day is the last. */
  private static long epochDay(int year, int month, int day) {
    var y = month > 2 ? year : year - 1;
    var monthFromMarch = (month + 9) % 12;
    return y * 365L
        + y / 4
        - y / 100
        + y / 400
        + (monthFromMarch * 306 + 5) / 10
        + day
        - 1
        - 719_468;
  }

  private static int two(byte[] text, int at) throws BadRecordException {
    var tens = text[at] - '0';
    var ones = text[at + 1] - '0';
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9) {
      throw wrongForm("expected two digits, found other characters in a date or time");
    }
    return tens * 10 + ones;
  }

  private static BadRecordException wrongForm(String message) {
    return new BadRecordException(ErrorClass.WrongType, null, message);
  }

  private static BadRecordException outOfRange(String message) {
    return new BadRecordException(ErrorClass.OutOfRange, null, message);
  }
}
