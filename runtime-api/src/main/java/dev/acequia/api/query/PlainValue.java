package dev.acequia.api.query;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.ResultRow;
import java.io.IOException;
import java.time.LocalDate;

/** Values as text, in the form that ingest takes them in; written digit by digit. */
final class PlainValue {
  private static final long MICROS_PER_DAY = 86_400_000_000L;
  private static final String HEX = "0123456789abcdef";

  private PlainValue() {}

  /** Writes a value that is not null, without quotes; a double that JSON lacks as its name. */
  static void write(PageBuffer out, FieldType type, ResultRow row, int column) throws IOException {
    switch (type) {
      case INT32, INT64 -> out.put(row.longAt(column));
      case BOOLEAN -> out.put(row.longAt(column) == 0 ? "false" : "true");
      case DOUBLE -> number(out, row.doubleAt(column));
      case DECIMAL -> out.put(row.plainDecimalAt(column));
      case DATE -> date(out, row.longAt(column));
      case TIMESTAMP -> timestamp(out, row.longAt(column));
      case UUID -> uuid(out, row.uuidMostAt(column), row.uuidLeastAt(column));
      case STRING, JSON -> out.put(row.utf8At(column));
    }
  }

  /** The shortest digits that read back to the same double; a whole number without a fraction. */
  private static void number(PageBuffer out, double value) throws IOException {
    var whole = (long) value;
    if (whole == value && Math.abs(whole) < 1L << 53 && !(whole == 0 && 1 / value < 0)) {
      out.put(whole);
    } else {
      out.put(Double.toString(value));
    }
  }

  private static void date(PageBuffer out, long epochDay) throws IOException {
    var date = LocalDate.ofEpochDay(epochDay);
    if (date.getYear() < 0 || date.getYear() > 9999) {
      out.put(date.toString());
      return;
    }
    out.digits(date.getYear(), 4);
    out.put('-');
    out.digits(date.getMonthValue(), 2);
    out.put('-');
    out.digits(date.getDayOfMonth(), 2);
  }

  private static void timestamp(PageBuffer out, long epochMicros) throws IOException {
    date(out, Math.floorDiv(epochMicros, MICROS_PER_DAY));
    var micros = Math.floorMod(epochMicros, MICROS_PER_DAY);
    var seconds = micros / 1_000_000;
    out.put('T');
    out.digits(seconds / 3600, 2);
    out.put(':');
    out.digits(seconds / 60 % 60, 2);
    out.put(':');
    out.digits(seconds % 60, 2);
    var fraction = micros % 1_000_000;
    if (fraction != 0) {
      out.put('.');
      var digits = 6;
      while (fraction % 10 == 0) {
        fraction /= 10;
        digits--;
      }
      out.digits(fraction, digits);
    }
    out.put('Z');
  }

  private static void uuid(PageBuffer out, long most, long least) throws IOException {
    hex(out, most >>> 32, 8);
    out.put('-');
    hex(out, most >>> 16, 4);
    out.put('-');
    hex(out, most, 4);
    out.put('-');
    hex(out, least >>> 48, 4);
    out.put('-');
    hex(out, least, 12);
  }

  private static void hex(PageBuffer out, long bits, int digits) throws IOException {
    for (var shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      out.put(HEX.charAt((int) (bits >>> shift) & 0xf));
    }
  }
}
