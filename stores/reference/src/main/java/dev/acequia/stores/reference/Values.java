package dev.acequia.stores.reference;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.query.Literal;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values in the classes of {@link Literal}; json as its text. */
final class Values {
  /** The digits of a double that are meant when it becomes a decimal. */
  private static final MathContext DOUBLES_DIGITS = new MathContext(15, RoundingMode.HALF_EVEN);

  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd HH:mm:ss")
          .appendFraction(ChronoField.MICRO_OF_SECOND, 0, 6, true)
          .appendLiteral("+00")
          .toFormatter();

  private Values() {}

  /** A value that a cast or a sum cannot have. */
  static final class OutOfRangeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final FieldType type;

    OutOfRangeException(FieldType type) {
      super("a value is out of range for " + type);
      this.type = type;
    }

    FieldType type() {
      return type;
    }
  }

  static Object of(Row row, int field, FieldType type) {
    return switch (type) {
      case STRING, JSON -> row.stringAt(field);
      case INT32 -> (int) row.longAt(field);
      case INT64 -> row.longAt(field);
      case DOUBLE -> row.doubleAt(field);
      case DECIMAL -> row.decimalAt(field);
      case BOOLEAN -> row.longAt(field) != 0;
      case DATE -> LocalDate.ofEpochDay(row.longAt(field));
      case TIMESTAMP -> Literal.timestamp(row.longAt(field)).value();
      case UUID -> row.uuidAt(field);
    };
  }

  /** Values as what is equal for equal ones: 1.0 is 1.00, and the zeros of a double are one. */
  static List<Object> key(List<? extends @Nullable Object> values) {
    return values.stream().map(Values::key).toList();
  }

  private static Object key(@Nullable Object value) {
    return switch (value) {
      case null -> List.of();
      case BigDecimal decimal -> decimal.stripTrailingZeros();
      case Double number -> number + 0.0;
      default -> value;
    };
  }

  /** The order of two values of one type: text by its bytes in UTF-8, a uuid by its digits. */
  static int compare(Object a, Object b) {
    return switch (a) {
      case String text -> Arrays.compareUnsigned(utf8(text), utf8((String) b));
      case Integer number -> number.compareTo((Integer) b);
      case Long number -> number.compareTo((Long) b);
      case Double number -> Double.compare(number + 0.0, (Double) b + 0.0);
      case BigDecimal number -> number.compareTo((BigDecimal) b);
      case Boolean truth -> truth.compareTo((Boolean) b);
      case LocalDate date -> date.compareTo((LocalDate) b);
      case OffsetDateTime time -> time.toInstant().compareTo(((OffsetDateTime) b).toInstant());
      case UUID id -> id.toString().compareTo(b.toString());
      default -> throw new IllegalStateException(a.getClass().toString());
    };
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A value in another type; see {@link dev.acequia.stores.query.Expression.Cast}. */
  static Object cast(Object value, FieldType type) {
    return switch (type) {
      case STRING -> text(value);
      case INT32 -> (int) whole(value, type, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case INT64 -> whole(value, type, Long.MIN_VALUE, Long.MAX_VALUE);
      case DOUBLE -> value instanceof BigDecimal decimal ? toDouble(decimal) : number(value);
      case DECIMAL -> decimal(value);
      case DATE -> value instanceof OffsetDateTime time ? time.toLocalDate() : value;
      case TIMESTAMP ->
          value instanceof LocalDate date ? date.atStartOfDay().atOffset(ZoneOffset.UTC) : value;
      case BOOLEAN, UUID, JSON -> value;
    };
  }

  private static double number(Object value) {
    return ((Number) value).doubleValue();
  }

  private static double toDouble(BigDecimal decimal) {
    var value = decimal.doubleValue();
    if (Double.isInfinite(value) || (value == 0 && decimal.signum() != 0)) {
      throw new OutOfRangeException(FieldType.DOUBLE);
    }
    return value;
  }

  static BigDecimal decimal(Object value) {
    return switch (value) {
      case BigDecimal decimal -> decimal;
      case Double number -> {
        var rounded = new BigDecimal(number).round(DOUBLES_DIGITS).stripTrailingZeros();
        yield rounded.scale() < 0 ? rounded.setScale(0) : rounded;
      }
      default -> BigDecimal.valueOf(((Number) value).longValue());
    };
  }

  /** Doubles round to the even neighbour, decimals away from zero. */
  private static long whole(Object value, FieldType type, long least, long most) {
    var rounded =
        value instanceof Double number
            ? new BigDecimal(Math.rint(number))
            : decimal(value).setScale(0, RoundingMode.HALF_UP);
    if (rounded.compareTo(BigDecimal.valueOf(least)) < 0
        || rounded.compareTo(BigDecimal.valueOf(most)) > 0) {
      throw new OutOfRangeException(type);
    }
    return rounded.longValueExact();
  }

  private static String text(Object value) {
    return switch (value) {
      case Double number -> doubleText(number);
      case BigDecimal number -> number.toPlainString();
      case OffsetDateTime time -> TIMESTAMP.format(time);
      default -> value.toString();
    };
  }

  /** The fewest digits that tell it from others; with an exponent below 1e-4 and from 1e15 on. */
  private static String doubleText(double number) {
    if (number == 0) {
      return 1 / number < 0 ? "-0" : "0";
    }
    var digits = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    var exponent = digits.precision() - digits.scale() - 1;
    if (exponent >= -4 && exponent < 15) {
      return digits.toPlainString();
    }
    return "%se%s%02d"
        .formatted(
            digits.movePointLeft(exponent).stripTrailingZeros().toPlainString(),
            exponent < 0 ? "-" : "+",
            Math.abs(exponent));
  }
}
