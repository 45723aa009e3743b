package dev.acequia.servers.bigquery;

import com.google.protobuf.ByteString;
import com.google.zetasql.Type;
import com.google.zetasql.TypeFactory;
import com.google.zetasql.Value;
import com.google.zetasql.ZetaSQLType.TypeKind;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The types of columns, parameters and results: their names and forms in each interface. */
enum ColumnType {
  STRING("STRING", TypeKind.TYPE_STRING),
  BYTES("BYTES", TypeKind.TYPE_BYTES),
  INT64("INTEGER", TypeKind.TYPE_INT64),
  FLOAT64("FLOAT", TypeKind.TYPE_DOUBLE),
  NUMERIC("NUMERIC", TypeKind.TYPE_NUMERIC),
  BIGNUMERIC("BIGNUMERIC", TypeKind.TYPE_BIGNUMERIC),
  BOOL("BOOLEAN", TypeKind.TYPE_BOOL),
  DATE("DATE", TypeKind.TYPE_DATE),
  TIMESTAMP("TIMESTAMP", TypeKind.TYPE_TIMESTAMP);

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss[.SSSSSS][XXX]", Locale.ROOT);
  private static final int MICROS_EXPONENT = 6;

  /** Of a NUMERIC's digits before and after the point. */
  private static final int NUMERIC_BEFORE = 29;

  private static final int NUMERIC_SCALE = 9;
  private static final int BIGNUMERIC_BEFORE = 38;
  private static final int BIGNUMERIC_SCALE = 38;

  private final String inResults;
  private final TypeKind kind;

  ColumnType(String inResults, TypeKind kind) {
    this.inResults = inResults;
    this.kind = kind;
  }

  /** As schemas name it; statements use the constant's own name. */
  String inResults() {
    return inResults;
  }

  Type type() {
    return TypeFactory.createSimpleType(kind);
  }

  /**
   * The type of a name in a schema or a parameter.
   *
   * @throws ServiceException when this stand-in has none of the name
   */
  static ColumnType named(String name) throws ServiceException {
    for (var type : values()) {
      if (type.name().equalsIgnoreCase(name) || type.inResults.equalsIgnoreCase(name)) {
        return type;
      }
    }
    throw ServiceException.invalid("Invalid value for type: " + name + " is not a valid value");
  }

  /** The type of a result's column. */
  static ColumnType of(Type type) throws ServiceException {
    for (var one : values()) {
      if (one.kind == type.getKind()) {
        return one;
      }
    }
    throw ServiceException.invalidQuery("The stand-in returns no " + type);
  }

  Value none() {
    return Value.createNullValue(type());
  }

  /** The value of a parameter's text. */
  Value parse(String text) throws ServiceException {
    try {
      return switch (this) {
        case STRING -> Value.createStringValue(text);
        case BYTES -> Value.createBytesValue(ByteString.copyFrom(Base64.getDecoder().decode(text)));
        case INT64 -> Value.createInt64Value(Long.parseLong(text));
        case FLOAT64 -> Value.createDoubleValue(Double.parseDouble(text));
        case NUMERIC -> Value.createNumericValue(exact(text, NUMERIC_BEFORE, NUMERIC_SCALE));
        case BIGNUMERIC ->
            Value.createBigNumericValue(exact(text, BIGNUMERIC_BEFORE, BIGNUMERIC_SCALE));
        case BOOL -> Value.createBoolValue(Boolean.parseBoolean(text));
        case DATE -> Value.createDateValue(LocalDate.parse(text));
        case TIMESTAMP -> Value.createTimestampValueFromUnixMicros(micros(text));
      };
    } catch (NumberFormatException | DateTimeParseException e) {
      throw ServiceException.invalid("Invalid value for %s parameter: %s".formatted(this, text));
    }
  }

  private static BigDecimal exact(String text, int before, int scale) throws ServiceException {
    var number = new BigDecimal(text);
    if (number.precision() - (long) number.scale() > before
        || number.stripTrailingZeros().scale() > scale) {
      throw ServiceException.invalid("Invalid NUMERIC value: " + text);
    }
    return number;
  }

  private static long micros(String text) {
    var written = text.trim().replace(' ', 'T').replace("TUTC", "Z");
    var parsed =
        OffsetDateTime.parse(written.replaceFirst("T(\\d\\d:\\d\\d:\\d\\d)$", "T$1Z"), TIME);
    return ChronoUnit.MICROS.between(Instant.EPOCH, parsed.toInstant());
  }

  /** A value as results have it. */
  String text(Value value, boolean isTimeInMicros) {
    return switch (this) {
      case STRING -> value.getStringValue();
      case BYTES -> Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray());
      case INT64 -> Long.toString(value.getInt64Value());
      case FLOAT64 -> Double.toString(value.getDoubleValue());
      case NUMERIC -> plain(value.getNumericValue());
      case BIGNUMERIC -> plain(value.getBigNumericValue());
      case BOOL -> Boolean.toString(value.getBoolValue());
      case DATE -> value.getLocalDateValue().toString();
      case TIMESTAMP ->
          isTimeInMicros
              ? Long.toString(value.getTimestampUnixMicros())
              : seconds(value.getTimestampUnixMicros());
    };
  }

  private static String plain(BigDecimal number) {
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }

  private static String seconds(long micros) {
    return BigDecimal.valueOf(micros, MICROS_EXPONENT).toPlainString();
  }

  /** A value as a statement's result or literal has it, as this type. */
  Value coerced(Value value) throws ServiceException {
    if (value.isNull()) {
      return none();
    }
    var from = of(value.getType());
    if (from == this) {
      return value;
    }
    return switch (this) {
      case FLOAT64 -> Value.createDoubleValue(number(value, from).doubleValue());
      case NUMERIC -> Value.createNumericValue(number(value, from));
      case BIGNUMERIC -> Value.createBigNumericValue(number(value, from));
      case DATE, TIMESTAMP -> parse(value.getStringValue());
      case STRING, BYTES, INT64, BOOL ->
          throw ServiceException.invalidQuery("%s is no %s".formatted(from, this));
    };
  }

  private static BigDecimal number(Value value, ColumnType from) throws ServiceException {
    return switch (from) {
      case INT64 -> BigDecimal.valueOf(value.getInt64Value());
      case NUMERIC -> value.getNumericValue();
      case BIGNUMERIC -> value.getBigNumericValue();
      // A literal such as 1.5.
      case FLOAT64 -> BigDecimal.valueOf(value.getDoubleValue());
      case STRING, BYTES, BOOL, DATE, TIMESTAMP ->
          throw ServiceException.invalidQuery(from + " is no exact number");
    };
  }

  /**
   * The value of a field of a message.
   *
   * @return null when the column cannot hold it
   */
  @Nullable Value ofField(Object field) {
    try {
      return switch (this) {
        case STRING -> Value.createStringValue((String) field);
        case BYTES -> Value.createBytesValue((ByteString) field);
        case INT64 -> Value.createInt64Value(((Number) field).longValue());
        case FLOAT64 -> Value.createDoubleValue(((Number) field).doubleValue());
        case NUMERIC ->
            Value.createNumericValue(exact(number(field), NUMERIC_BEFORE, NUMERIC_SCALE));
        case BIGNUMERIC ->
            Value.createBigNumericValue(exact(number(field), BIGNUMERIC_BEFORE, BIGNUMERIC_SCALE));
        case BOOL -> Value.createBoolValue((Boolean) field);
        case DATE -> {
          var day = ((Number) field).longValue();
          yield day < LocalDate.of(1, 1, 1).toEpochDay()
                  || day > LocalDate.of(9999, 12, 31).toEpochDay()
              ? null
              : Value.createDateValue((int) day);
        }
        case TIMESTAMP -> {
          var micros = ((Number) field).longValue();
          var year =
              Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atOffset(ZoneOffset.UTC).getYear();
          yield year < 1 || year > 9999 ? null : Value.createTimestampValueFromUnixMicros(micros);
        }
      };
    } catch (ServiceException
        | NumberFormatException
        | ClassCastException
        | ArithmeticException e) {
      return null;
    }
  }

  /**
   * Whether a row of that date or time goes into a partition.
   * https://cloud.google.com/bigquery/docs/write-api#time-unit_column_partitioning
   */
  boolean hasPartition(Value value) {
    var day =
        this == DATE
            ? value.getLocalDateValue()
            : Instant.EPOCH
                .plus(value.getTimestampUnixMicros(), ChronoUnit.MICROS)
                .atOffset(ZoneOffset.UTC)
                .toLocalDate();
    var today = LocalDate.now(ZoneOffset.UTC);
    return !day.isBefore(today.minusYears(10)) && !day.isAfter(today.plusYears(1));
  }

  /** https://cloud.google.com/bigquery/docs/supported-data-types has integers beside texts. */
  private static String number(Object field) {
    return field instanceof Integer || field instanceof Long ? field.toString() : (String) field;
  }

  /** Bytes that BigQuery counts for a value. */
  long bytes(Value value) {
    if (value.isNull()) {
      return 0;
    }
    return switch (this) {
      case STRING -> 2L + value.getStringValue().getBytes(StandardCharsets.UTF_8).length;
      case BYTES -> 2L + value.getBytesValue().size();
      case INT64, FLOAT64, DATE, TIMESTAMP -> Long.BYTES;
      case NUMERIC -> 2L * Long.BYTES;
      case BIGNUMERIC -> 4L * Long.BYTES;
      case BOOL -> 1;
    };
  }
}
