package dev.acequia.contract.record;

import dev.acequia.contract.Digits;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import java.nio.charset.StandardCharsets;

/**
 * A JSON number as it stands in the buffer, and what it is as each numeric type. Its value is the
 * integer part's and the fraction's digits, times ten to {@code exponent}.
 */
final class NumberScan {
  /**
   * Digits of a number that is written out without an exponent. PostgreSQL's numeric has room for
   * 147,455, which six characters can ask for, and which no address or header has room for.
   */
  static final int MAX_DIGITS = 4096;

  /** Far beyond every limit, far from overflow. */
  private static final int EXPONENT_BOUND = 100_000_000;

  /** Powers of ten that a double holds exactly. */
  private static final double[] EXACT_POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private byte[] buffer = new byte[0];
  private boolean negative;
  private int from;
  private int to;
  private int digitsFrom;
  private int integerTo;
  private int fractionFrom;
  private int fractionTo;
  private int exponent;

  // The digits from the first to the last that is not zero: count 0 when the number is zero. A
  // digit's index counts over integer part and fraction as if the point were not there.
  private int firstIndex;
  private int count;
  private int lastPower;

  /** Takes the number at {@code position} and answers where it ends. */
  int scan(JsonCursor cursor, byte[] input, int position, int end) throws BadRecordException {
    buffer = input;
    from = position;
    var at = position;
    negative = at < end && input[at] == '-';
    if (negative) {
      at++;
    }
    digitsFrom = at;
    at = digits(at, end);
    integerTo = at;
    if (at == digitsFrom) {
      throw cursor.malformed("expected a value", position);
    }
    if (at - digitsFrom > 1 && input[digitsFrom] == '0') {
      throw cursor.malformed("a number has no leading zeros", position);
    }
    fractionFrom = at;
    fractionTo = at;
    if (at < end && input[at] == '.') {
      fractionFrom = at + 1;
      at = digits(fractionFrom, end);
      fractionTo = at;
      if (fractionTo == fractionFrom) {
        throw cursor.malformed("expected digits after the decimal point", at);
      }
    }
    exponent = 0;
    if (at < end && (input[at] == 'e' || input[at] == 'E')) {
      at = exponent(cursor, at + 1, end);
    }
    to = at;
    return at;
  }

  private int exponent(JsonCursor cursor, int position, int end) throws BadRecordException {
    var at = position;
    var below = at < end && buffer[at] == '-';
    if (at < end && (buffer[at] == '-' || buffer[at] == '+')) {
      at++;
    }
    var to = digits(at, end);
    if (to == at) {
      throw cursor.malformed("expected digits after the exponent", at);
    }
    for (; at < to; at++) {
      exponent = Math.min(exponent * 10 + buffer[at] - '0', EXPONENT_BOUND);
    }
    if (below) {
      exponent = -exponent;
    }
    return to;
  }

  private int digits(int position, int end) {
    var at = position;
    while (at < end && buffer[at] >= '0' && buffer[at] <= '9') {
      at++;
    }
    return at;
  }

  /** The value as an integer; 1.0 and 1e3 are integers too. */
  long toLong() throws BadRecordException {
    if (to == integerTo && integerTo - digitsFrom <= 18) {
      var value = 0L;
      for (var i = digitsFrom; i < integerTo; i++) {
        value = value * 10 + buffer[i] - '0';
      }
      return negative ? -value : value;
    }
    significant();
    if (count > 0 && lastPower < 0) {
      throw new BadRecordException(
          ErrorClass.WrongType, null, "expected an integer, found a number with a fraction");
    }
    if (count > 0 && count + lastPower > 19) {
      throw outOfRange("int64");
    }
    try {
      // Towards the negative, which has one more.
      var value = 0L;
      for (var i = 0; i < count + (count == 0 ? 0 : lastPower); i++) {
        value = Math.subtractExact(Math.multiplyExact(value, 10L), i < count ? digit(i) : 0);
      }
      return negative ? value : Math.negateExact(value);
    } catch (ArithmeticException e) {
      throw outOfRange("int64");
    }
  }

  /** The nearest double; neither infinite nor zero for what is not. */
  double toDouble() throws BadRecordException {
    var digits = integerTo - digitsFrom + fractionTo - fractionFrom;
    var power = exponent - (fractionTo - fractionFrom);
    if (digits <= 15 && power >= -22 && power <= 22) {
      var value = 0L;
      for (var i = digitsFrom; i < integerTo; i++) {
        value = value * 10 + buffer[i] - '0';
      }
      for (var i = fractionFrom; i < fractionTo; i++) {
        value = value * 10 + buffer[i] - '0';
      }
      // Both operands are exact, so the one rounding is right.
      var magnitude = power < 0 ? value / EXACT_POWERS[-power] : value * EXACT_POWERS[power];
      return negative ? -magnitude : magnitude;
    }
    var value = Double.parseDouble(new String(buffer, from, to - from, StandardCharsets.US_ASCII));
    significant();
    if (Double.isInfinite(value) || (value == 0 && count > 0)) {
      throw outOfRange("double");
    }
    return value;
  }

  /** Refuses what takes too much room where it is written out, as PostgreSQL does. */
  void checkDecimal(JsonCursor cursor) throws BadRecordException {
    significant();
    var integers = count == 0 ? 1 : Math.max((long) count + lastPower, 1);
    var digits = integers + scale();
    if (digits > MAX_DIGITS) {
      throw new BadRecordException(
          ErrorClass.OutOfRange,
          null,
          "a number has at most "
              + MAX_DIGITS
              + " digits when it is written without an exponent, this one has "
              + (digits > EXPONENT_BOUND ? "far more" : digits));
    }
    if (exponent != 0) {
      cursor.unfold((int) digits - (to - from));
    }
  }

  /** Puts the value into a slot; the digits go to the cursor's own buffer. */
  void toDecimal(JsonCursor cursor, Row row, int field) throws BadRecordException {
    checkDecimal(cursor);
    var integers = integerTo - digitsFrom;
    var last = firstIndex + count;
    var integerFirst = Math.min(firstIndex, integers);
    var fractionFirst = Math.max(firstIndex, integers) - integers;
    var offset =
        cursor.append(buffer, digitsFrom + integerFirst, Math.min(last, integers) - integerFirst);
    cursor.append(
        buffer, fractionFrom + fractionFirst, Math.max(last, integers) - integers - fractionFirst);
    row.setDecimal(
        field,
        negative && count > 0,
        (int) scale(),
        count == 0 ? 0 : lastPower,
        cursor.own(),
        offset,
        count);
  }

  /**
   * Refuses a value that would have to be rounded; zeros behind its last digit do not count. To be
   * called after {@link #toDecimal}, which has found its digits.
   */
  void checkFits(Digits most) throws BadRecordException {
    var beforePoint = count == 0 ? 0 : Math.max(count + lastPower, 0);
    var afterPoint = count == 0 ? 0 : Math.max(-lastPower, 0);
    if (beforePoint > most.beforePoint() || afterPoint > most.scale()) {
      throw new BadRecordException(
          ErrorClass.OutOfRange,
          null,
          "a number of type %s has at most %d digits before its point and %d after it, this one has %d and %d"
              .formatted(most, most.beforePoint(), most.scale(), beforePoint, afterPoint));
    }
  }

  /** The fraction digits that PostgreSQL would show. */
  private long scale() {
    return Math.max(0, (long) fractionTo - fractionFrom - exponent);
  }

  private void significant() {
    var total = integerTo - digitsFrom + fractionTo - fractionFrom;
    var first = 0;
    while (first < total && digitAt(first) == 0) {
      first++;
    }
    var last = total - 1;
    while (last >= first && digitAt(last) == 0) {
      last--;
    }
    firstIndex = first;
    count = last - first + 1;
    lastPower = exponent + (integerTo - digitsFrom) - 1 - last;
  }

  private int digit(int index) {
    return digitAt(firstIndex + index);
  }

  private int digitAt(int index) {
    var integers = integerTo - digitsFrom;
    return (index < integers ? buffer[digitsFrom + index] : buffer[fractionFrom + index - integers])
        - '0';
  }

  private static BadRecordException outOfRange(String type) {
    return new BadRecordException(
        ErrorClass.OutOfRange, null, "the number is outside the range of " + type);
  }
}
