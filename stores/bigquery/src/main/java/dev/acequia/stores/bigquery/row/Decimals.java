package dev.acequia.stores.bigquery.row;

import dev.acequia.contract.record.Row;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Decimals in plain digits, of a number that fits the column exactly, or not at all. */
final class Decimals {
  private Decimals() {}

  /**
   * A record's decimal in ASCII: the shortest text of its value without an exponent.
   *
   * @param before the digits that may stand before the point, leading zeros aside
   * @param after those that may stand after it, trailing zeros aside
   * @return null when it has more
   */
  static byte @Nullable [] plain(Row row, int index, int before, int after) {
    var length = row.textLength(index);
    if (length == 0) {
      return new byte[] {'0'};
    }
    var exponent = row.exponent(index);
    if ((long) length + exponent > before || -(long) exponent > after) {
      return null;
    }
    var integers = Math.max(length + exponent, 0);
    var fraction = Math.max(-exponent, 0);
    var sign = row.isNegative(index) ? 1 : 0;
    var text = new byte[sign + Math.max(integers, 1) + (fraction > 0 ? 1 + fraction : 0)];
    Arrays.fill(text, (byte) '0');
    if (sign > 0) {
      text[0] = '-';
    }
    var digits = row.textBuffer(index);
    var from = row.textOffset(index);
    var whole = Math.min(length, integers);
    System.arraycopy(digits, from, text, sign, whole);
    if (fraction > 0) {
      text[sign + Math.max(integers, 1)] = '.';
      var rest = length - whole;
      System.arraycopy(digits, from + whole, text, text.length - rest, rest);
    }
    return text;
  }
}
