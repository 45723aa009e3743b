package dev.acequia.stores.postgres;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * PostgreSQL's binary numeric, written out digit by digit. By way of a BigDecimal, a number of
 * 131,072 digits takes a processor for longer than all the rest of a query.
 */
final class NumericText {
  private static final int GROUP_DIGITS = 4;
  private static final int[] DIGIT = {1000, 100, 10, 1};
  private static final int NEGATIVE = 0x4000;
  private static final int FIRST_GROUP = 8;

  private final ByteBuffer number;
  private final int groups;
  private final int weight;
  private final int sign;
  private final int scale;

  NumericText(byte[] binary) {
    number = ByteBuffer.wrap(binary);
    groups = number.getShort(0);
    weight = number.getShort(2);
    sign = number.getShort(4) & 0xffff;
    scale = number.getShort(6);
  }

  /** How many characters it has at most. */
  int length() {
    return (sign == NEGATIVE ? 1 : 0)
        + Math.max(weight + 1, 1) * GROUP_DIGITS
        + (scale > 0 ? 1 + scale : 0);
  }

  /**
   * In ASCII, without an exponent.
   *
   * @throws IllegalStateException when it is none that JSON has, such as NaN
   */
  byte[] plain() {
    if (sign != 0 && sign != NEGATIVE) {
      throw new IllegalStateException("not a number that JSON has");
    }
    var text = new byte[length()];
    var at = 0;
    if (sign == NEGATIVE) {
      text[at++] = '-';
    }
    var firstDigit = at;
    for (var group = 0; group <= weight; group++) {
      for (var digit = 0; digit < GROUP_DIGITS; digit++) {
        text[at] = digit(group, digit);
        at += text[at] == '0' && at == firstDigit ? 0 : 1;
      }
    }
    if (at == firstDigit) {
      text[at++] = '0';
    }
    if (scale > 0) {
      text[at++] = '.';
      for (var place = 0; place < scale; place++) {
        text[at++] = digit(weight + 1 + place / GROUP_DIGITS, place % GROUP_DIGITS);
      }
    }
    return Arrays.copyOf(text, at);
  }

  /** Groups that are not there are zeros. */
  private byte digit(int group, int digit) {
    if (group < 0 || group >= groups) {
      return '0';
    }
    return (byte) ('0' + number.getShort(FIRST_GROUP + 2 * group) / DIGIT[digit] % 10);
  }
}
