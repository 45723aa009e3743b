package dev.acequia.contract.record;

import static dev.acequia.contract.record.BadRecordException.ErrorClass.DuplicateField;
import static dev.acequia.contract.record.BadRecordException.ErrorClass.InvalidText;
import static dev.acequia.contract.record.BadRecordException.ErrorClass.Malformed;
import static dev.acequia.contract.record.BadRecordException.ErrorClass.MissingRequired;
import static dev.acequia.contract.record.BadRecordException.ErrorClass.OutOfRange;
import static dev.acequia.contract.record.BadRecordException.ErrorClass.TooLong;
import static dev.acequia.contract.record.BadRecordException.ErrorClass.UnknownField;
import static dev.acequia.contract.record.BadRecordException.ErrorClass.WrongType;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordDecoderTest {
  /** One field of each type, named after it. */
  private static final Schema ALL = schema(List.of(), UnknownFields.REJECT);

  private final Row row = new Row(ALL);

  static Schema schema(List<String> key, UnknownFields unknown) {
    var fields =
        Arrays.stream(FieldType.values())
            .map(
                type ->
                    new Field(
                        "a_" + type.name().toLowerCase(java.util.Locale.ROOT), type, false, null))
            .toList();
    return new Schema(key, fields, unknown);
  }

  private Row decode(String json) throws BadRecordException {
    return decode(ALL, json.getBytes(StandardCharsets.UTF_8));
  }

  private Row decode(Schema schema, byte[] json) throws BadRecordException {
    // In the middle of a larger buffer, as Kafka's client hands it over.
    var buffer = new byte[json.length + 7];
    Arrays.fill(buffer, (byte) '"');
    System.arraycopy(json, 0, buffer, 3, json.length);
    new RecordDecoder(schema).decode(buffer, 3, json.length, row);
    return row;
  }

  private BadRecordException refused(byte[] json) {
    return catchThrowableOfType(BadRecordException.class, () -> decode(ALL, json));
  }

  private void assertRefused(String json, ErrorClass errorClass) {
    var refusal = refused(json.getBytes(StandardCharsets.UTF_8));
    assertThat(refusal).as(json).isNotNull();
    assertThat(refusal.errorClass()).as(json + ": " + refusal.reason()).isEqualTo(errorClass);
  }

  private static int at(FieldType type) {
    return type.ordinal();
  }

  @Test
  void readsEveryType() throws BadRecordException {
    decode(
        """
        {"a_string": "Ñandú", "a_int32": -7, "a_int64": 9223372036854775807, "a_double": 1.5,
         "a_decimal": 12.50, "a_boolean": true, "a_date": "2013-01-31",
         "a_timestamp": "2013-01-31T10:00:00.25+02:00",
         "a_uuid": "123E4567-e89b-12d3-a456-426614174000", "a_json": {"x": [1, null]} }
        """);
    assertThat(row.stringAt(at(FieldType.STRING))).isEqualTo("Ñandú");
    assertThat(row.longAt(at(FieldType.INT32))).isEqualTo(-7);
    assertThat(row.longAt(at(FieldType.INT64))).isEqualTo(Long.MAX_VALUE);
    assertThat(row.doubleAt(at(FieldType.DOUBLE))).isEqualTo(1.5);
    assertThat(row.decimalAt(at(FieldType.DECIMAL))).isEqualTo(new BigDecimal("12.50"));
    assertThat(row.longAt(at(FieldType.BOOLEAN))).isEqualTo(1);
    assertThat(LocalDate.ofEpochDay(row.longAt(at(FieldType.DATE)))).isEqualTo("2013-01-31");
    assertThat(Instant.EPOCH.plus(row.longAt(at(FieldType.TIMESTAMP)), ChronoUnit.MICROS))
        .isEqualTo("2013-01-31T08:00:00.250Z");
    assertThat(row.uuidAt(at(FieldType.UUID)))
        .isEqualTo(UUID.fromString("123e4567-e89b-12d3-a456-426614174000"));
    assertThat(row.stringAt(at(FieldType.JSON))).isEqualTo("{\"x\": [1, null]}");
  }

  @Test
  void takesAbsentAndNullFieldsAsNull() throws BadRecordException {
    decode("{\"a_string\":\"left over\"}");
    decode("{\"a_int32\": null}");
    for (var type : FieldType.values()) {
      assertThat(row.isNull(at(type))).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "[]",
        "null",
        "1",
        "\"a\"",
        "{}x",
        "{}{}",
        "{} ,",
        "{\"a_int32\":1,}",
        "{,}",
        "{\"a_int32\"}",
        "{\"a_int32\":}",
        "{\"a_int32\":1 \"a_int64\":1}",
        "{a_int32:1}",
        "{'a_int32':1}",
        "{\"a_int32\":01}",
        "{\"a_int32\":-}",
        "{\"a_int32\":1.}",
        "{\"a_int32\":.5}",
        "{\"a_int32\":+1}",
        "{\"a_int32\":1e}",
        "{\"a_int32\":0x1}",
        "{\"a_double\":NaN}",
        "{\"a_double\":Infinity}",
        "{\"a_boolean\":tru}",
        "{\"a_boolean\":truey}",
        "{\"a_string\":nul}",
        "{\"a_string\":\"a\nb\"}",
        "{\"a_string\":\"\\x\"}",
        "{\"a_string\":\"\\u12g4\"}",
        "{\"a_string\":\"\\u12",
        "{\"a_string\":\"\\",
        "{\"a_string\":\"open",
        "{\"a_json\":[1,]}",
        "{\"a_json\":{\"x\"}}",
        "{\"a_json\":[1}",
        "{\"a_json\":// no\n1}",
        "\uFEFF{}"
      })
  void refusesWhatIsNotOneJsonObject(String json) {
    assertRefused(json, Malformed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a_string    | 1",
        "a_string    | {}",
        "a_int32     | \"1\"",
        "a_int32     | 1.5",
        "a_int64     | 1e-1",
        "a_int64     | true",
        "a_double    | \"1\"",
        "a_double    | [1]",
        "a_decimal   | \"\"",
        "a_decimal   | \" 1\"",
        "a_decimal   | \"NaN\"",
        "a_decimal   | \"1x\"",
        "a_decimal   | true",
        "a_boolean   | 1",
        "a_boolean   | \"true\"",
        "a_date      | \"2013-1-31\"",
        "a_date      | \"2013-01-31T00:00:00Z\"",
        "a_date      | \"20130131\"",
        "a_date      | 15000",
        "a_timestamp | \"2013-01-31T10:00:00\"",
        "a_timestamp | \"2013-01-31T10:00Z\"",
        "a_timestamp | \"2013-01-31T10:00:00.Z\"",
        "a_timestamp | \"2013-01-31T10:00:00.1234567890Z\"",
        "a_timestamp | \"2013-01-31T10:00:00+0200\"",
        "a_timestamp | \"2013-01-31_10:00:00Z\"",
        "a_timestamp | \"2013-01-31T10:00:00Zjunk\"",
        "a_timestamp | 1359626400",
        "a_uuid      | \"123e4567e89b12d3a456426614174000\"",
        "a_uuid      | \"123e4567-e89b-12d3-a456-42661417400g\"",
        "a_uuid      | \"{23e4567-e89b-12d3-a456-42661417400}\""
      })
  void refusesValuesOfAnotherType(String field, String value) {
    assertRefused("{\"" + field + "\": " + value + "}", WrongType);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a_int32     | 2147483648",
        "a_int32     | -2147483649",
        "a_int32     | 1e10",
        "a_int64     | 9223372036854775808",
        "a_int64     | -9223372036854775809",
        "a_int64     | 1e19",
        "a_int64     | 1e999999999999999999999",
        "a_double    | 1e309",
        "a_double    | -1e400",
        "a_double    | 1e-400",
        "a_decimal   | 1e131072",
        "a_decimal   | 1e4096",
        "a_decimal   | \"1e-4096\"",
        "a_decimal   | 0e-4096",
        "a_json      | [1e4096]",
        "a_json      | {\"a\": [1.5e-4096]}",
        "a_decimal   | 1e-16384",
        "a_decimal   | 1e999999999999",
        "a_decimal   | \"-1e-999999999999\"",
        "a_json      | [1e131072]",
        "a_date      | \"0000-01-01\"",
        "a_date      | \"2013-02-29\"",
        "a_date      | \"1900-02-29\"",
        "a_date      | \"2013-13-01\"",
        "a_date      | \"2013-00-01\"",
        "a_date      | \"2013-01-00\"",
        "a_timestamp | \"2013-01-31T24:00:00Z\"",
        "a_timestamp | \"2013-01-31T10:60:00Z\"",
        "a_timestamp | \"2013-01-31T10:00:61Z\"",
        "a_timestamp | \"2013-01-31T10:00:60Z\"",
        "a_timestamp | \"2013-01-31T23:59:60+01:00\"",
        "a_timestamp | \"2013-01-31T10:00:00+24:00\"",
        "a_timestamp | \"0001-01-01T00:00:00+00:01\"",
        "a_timestamp | \"9999-12-31T23:59:59-00:01\"",
        "a_timestamp | \"9999-12-31T23:59:60Z\"",
      })
  void refusesValuesOutOfRange(String field, String value) {
    assertRefused("{\"" + field + "\": " + value + "}", OutOfRange);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a_decimal\": 1e4095}",
        "{\"a_decimal\": \"-1e-4095\"}",
        "{\"a_decimal\": 0e999999}",
        "{\"a_json\": [1e4095, 1e-4000, 0e999999]}",
      })
  void takesNumbersOfAsManyDigitsAsAreAllowed(String json) throws BadRecordException {
    decode(json);
  }

  /** Each number is short enough, and all of them together are not. */
  @Test
  void refusesARecordWhoseNumbersUnfold() throws BadRecordException {
    decode("{\"a_json\": [" + "1e4000,".repeat(120) + "1]}");
    decode("{\"a_json\": [" + "1234567,".repeat(100_000) + "1]}");

    assertRefused("{\"a_json\": [" + "1e4000,".repeat(150) + "1]}", TooLong);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "-0,0",
    "1.0,1",
    "1e3,1000",
    "12.50e1,125",
    "1000e-3,1",
    "0e999999,0",
    "0.000,0",
    "9007199254740993,9007199254740993",
    "9223372036854775807,9223372036854775807",
    "-9223372036854775808,-9223372036854775808",
    "-9223372036854775808.0,-9223372036854775808",
    "0.0000000000000000000000001e25,1",
    "123456789012345678e1,1234567890123456780"
  })
  void readsIntegersInEveryNotation(String text, long value) throws BadRecordException {
    assertThat(decode("{\"a_int64\":" + text + "}").longAt(at(FieldType.INT64))).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0.0",
        "1",
        "0.1",
        "123.456",
        "1e22",
        "1e23",
        "9007199254740993",
        "4.9e-324",
        "1.7976931348623157e308",
        "2.2250738585072011e-308",
        "0.000001234567890123456789",
        "123456789012345678901234567890",
        "-5e-7",
        "0e-999",
        "0.30000000000000004"
      })
  void readsDoublesAsJavaDoes(String text) throws BadRecordException {
    assertThat(decode("{\"a_double\":" + text + "}").doubleAt(at(FieldType.DOUBLE)))
        .isEqualTo(Double.parseDouble(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "0.00",
        "-1.50",
        "100",
        "1200.0300",
        "0.00120",
        "1e2",
        "1.5e1",
        "-12.5e-3",
        "1e-20",
        "0e-5",
        "99999999999999999999999999999999999999.000000000000000000001",
        "10.0e1",
        "0.1e1"
      })
  void readsDecimalsFromNumbersAndStrings(String text) throws BadRecordException {
    var written = new BigDecimal(text);
    var wanted = written.scale() < 0 ? written.setScale(0) : written;
    assertThat(decode("{\"a_decimal\":" + text + "}").decimalAt(at(FieldType.DECIMAL)))
        .isEqualTo(wanted);
    assertThat(decode("{\"a_decimal\":\"" + text + "\"}").decimalAt(at(FieldType.DECIMAL)))
        .isEqualTo(wanted);
  }

  @Test
  void readsDecimalsOfAThousandDigitsExactly() throws BadRecordException {
    var text = "7".repeat(1000) + "." + "3".repeat(1000);
    assertThat(decode("{\"a_decimal\":" + text + "}").decimalAt(at(FieldType.DECIMAL)))
        .isEqualTo(new BigDecimal(text));
  }

  private Row decodeDecimal(Digits digits, String number) throws BadRecordException {
    var schema =
        new Schema(
            List.of(),
            List.of(new Field("p", FieldType.DECIMAL, false, digits, null)),
            UnknownFields.REJECT);
    return decode(schema, ("{\"p\":" + number + "}").getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "4, 2, 0",
    "4, 2, -0.00",
    "4, 2, 0e-400",
    "4, 2, 0e999999",
    "4, 2, 99.99",
    "4, 2, -99.99",
    "4, 2, 1.5",
    "4, 2, 1.5000000000",
    "4, 2, 0.01",
    "4, 2, 9.999e1",
    "4, 2, 9999e-2",
    "4, 2, 5e1",
    "4, 2, 1000e-2",
    "4, 0, 9999.000",
    "4, 0, 1e3",
    "2, 2, 0.99",
    "2, 2, -0.1",
    "38, 0, 99999999999999999999999999999999999999",
    "38, 38, 1e-38",
    "38, 18, 99999999999999999999.999999999999999999"
  })
  void takesDecimalsThatFitTheirDigits(int precision, int scale, String number)
      throws BadRecordException {
    var written = new BigDecimal(number);
    for (var json : List.of(number, "\"" + number + "\"")) {
      assertThat(decodeDecimal(new Digits(precision, scale), json).decimalAt(0))
          .isEqualTo(written.scale() < 0 ? written.setScale(0) : written);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "4, 2, 100, 3, 0",
    "4, 2, -100.5, 3, 1",
    "4, 2, 1e2, 3, 0",
    "4, 2, 0.001, 0, 3",
    "4, 2, -1.005, 1, 3",
    "4, 2, 1.0010, 1, 3",
    "4, 2, 15e-4, 0, 4",
    "4, 2, 1e4000, 4001, 0",
    "4, 2, 1e-4000, 0, 4000",
    "4, 0, 0.5, 0, 1",
    "4, 0, 10000, 5, 0",
    "2, 2, 1, 1, 0",
    "38, 0, 100000000000000000000000000000000000000, 39, 0",
    "38, 38, 1e-39, 0, 39"
  })
  void refusesDecimalsThatWouldHaveToBeRounded(
      int precision, int scale, String number, int before, int after) {
    for (var json : List.of(number, "\"" + number + "\"")) {
      var refusal =
          catchThrowableOfType(
              BadRecordException.class, () -> decodeDecimal(new Digits(precision, scale), json));
      assertThat(refusal.errorClass()).isEqualTo(OutOfRange);
      assertThat(refusal.field()).isEqualTo("p");
      assertThat(refusal.reason())
          .isEqualTo(
              "a number of type decimal(%d,%d) has at most %d digits before its point and %d after it, this one has %d and %d"
                  .formatted(precision, scale, precision - scale, scale, before, after));
    }
  }

  /** Nothing is written out that is too long: a flood of them must not slow the good ones down. */
  @Test
  void refusesHugeExponentsOfADecimalAtOnce() {
    for (var number : List.of("1e131071", "1e-16383", "-7e999999999999", "7e-999999999999")) {
      var refusal =
          catchThrowableOfType(
              BadRecordException.class, () -> decodeDecimal(new Digits(12, 2), number));
      assertThat(refusal.errorClass()).as(number).isEqualTo(OutOfRange);
      assertThat(row.cursor.own()).as(number).hasSizeLessThan(1000);
    }
  }

  @Test
  void refusesAKeyWhoseDecimalWouldHaveToBeRounded() {
    var schema =
        new Schema(
            List.of("p"),
            List.of(new Field("p", FieldType.DECIMAL, true, new Digits(4, 2), null)),
            UnknownFields.REJECT);
    var refusal =
        catchThrowableOfType(
            BadRecordException.class,
            () -> new RecordDecoder(schema).decodeKey(List.of("1.005"), new Row(schema)));
    assertThat(refusal.errorClass()).isEqualTo(OutOfRange);
    assertThat(refusal.field()).isEqualTo("p");
  }

  @ParameterizedTest
  @CsvSource({
    "0001-01-01,0001-01-01",
    "9999-12-31,9999-12-31",
    "2000-02-29,2000-02-29",
    "1969-12-31,1969-12-31",
    "1600-03-01,1600-03-01"
  })
  void readsDatesAtTheirBounds(String text, LocalDate date) throws BadRecordException {
    assertThat(decode("{\"a_date\":\"" + text + "\"}").longAt(at(FieldType.DATE)))
        .isEqualTo(date.toEpochDay());
  }

  @ParameterizedTest
  @CsvSource({
    "0001-01-01T00:00:00Z,0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z,9999-12-31T23:59:59.999999Z",
    "1969-12-31t23:59:59.5z,1969-12-31T23:59:59.500Z",
    "2013-01-31 10:00:00-05:30,2013-01-31T15:30:00Z",
    "2016-12-31T23:59:60Z,2017-01-01T00:00:00Z",
    "2017-01-01T00:59:60.5+01:00,2017-01-01T00:00:00.500Z",
    "2013-01-31,2013-01-31T00:00:00Z"
  })
  void readsTimestampsAtTheirBounds(String text, Instant instant) throws BadRecordException {
    decode("{\"a_timestamp\":\"" + text + "\"}");
    assertThat(Instant.EPOCH.plus(row.longAt(at(FieldType.TIMESTAMP)), ChronoUnit.MICROS))
        .isEqualTo(instant);
  }

  @Test
  void readsEscapesInValuesAndNames() throws BadRecordException {
    decode(
        "{\"\\u0061_str\\u0069ng\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00f1\\u20AC\\ud83d\\uDE00ñ\"}");
    assertThat(row.stringAt(at(FieldType.STRING))).isEqualTo("\"\\/\b\f\n\r\tñ€😀ñ");
  }

  @Test
  void keepsEscapedTextsOfOneRecordApart() throws BadRecordException {
    var schema =
        new Schema(
            List.of(),
            List.of(
                new Field("a", FieldType.STRING, false, null),
                new Field("b", FieldType.STRING, false, null),
                new Field("c", FieldType.DECIMAL, false, null)),
            UnknownFields.REJECT);
    var long1 = "x".repeat(300);
    var long2 = "y".repeat(3000);
    var into = new Row(schema);
    var json =
        ("{\"a\":\"\\n" + long1 + "\",\"c\":-12.50,\"b\":\"\\n" + long2 + "\"}")
            .getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(schema).decode(json, 0, json.length, into);
    assertThat(into.stringAt(0)).isEqualTo("\n" + long1);
    assertThat(into.stringAt(1)).isEqualTo("\n" + long2);
    assertThat(into.decimalAt(2)).isEqualTo("-12.50");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a_string\":\"\\u0000\"}",
        "{\"a_json\":[\"\\u0000\"]}",
        "{\"a_json\":{\"\\u0000\":1}}",
        "{\"a_string\":\"\\ud800\"}",
        "{\"a_string\":\"\\udc00\"}",
        "{\"a_string\":\"\\ud800\\u0041\"}",
        "{\"a_string\":\"\\ud800x\"}"
      })
  void refusesCharactersThatCannotBeStored(String json) {
    assertRefused(json, InvalidText);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80",
        "c3",
        "c328",
        "c080",
        "c1bf",
        "e08080",
        "eda080",
        "edbfbf",
        "e282",
        "f0808080",
        "f4908080",
        "f5808080",
        "f09f98",
        "fe",
        "ff"
      })
  void refusesInvalidUtf8(String hex) {
    var bytes = java.util.HexFormat.of().parseHex(hex);
    for (var start : List.of("{\"a_string\":\"x", "{\"a_string\":\"\\nx", "{\"a_json\":\"")) {
      var head = start.getBytes(StandardCharsets.UTF_8);
      var json = Arrays.copyOf(head, head.length + bytes.length + 2);
      System.arraycopy(bytes, 0, json, head.length, bytes.length);
      json[json.length - 2] = '"';
      json[json.length - 1] = '}';
      assertThat(refused(json).errorClass()).isEqualTo(InvalidText);
    }
  }

  @Test
  void namesTheFieldThatIsWrong() {
    var refusal = refused("{\"a_int32\": \"x\"}".getBytes(StandardCharsets.UTF_8));
    assertThat(refusal.field()).isEqualTo("a_int32");
    assertThat(refusal.reason()).isEqualTo("expected an integer, found a string");
  }

  @Test
  void refusesAFieldThatStandsTwice() {
    assertRefused("{\"a_int32\":1,\"a_int32\":1}", DuplicateField);
    assertRefused("{\"a_int32\":null,\"a_int\\u00332\":1}", DuplicateField);
  }

  @Test
  void refusesOrDropsUnknownFieldsAsTheSchemaSays() throws BadRecordException {
    var json = "{\"x\":{\"y\":[1,\"\\n\",{}]},\"a_int32\":1,\"z\":-1.5e3}";
    assertRefused(json, UnknownField);
    decode(schema(List.of(), UnknownFields.DROP), json.getBytes(StandardCharsets.UTF_8));
    assertThat(row.longAt(at(FieldType.INT32))).isEqualTo(1);
  }

  @Test
  void refusesARecordWithoutARequiredFieldOrPartOfItsKey() {
    var schema = schema(List.of("a_int32"), UnknownFields.REJECT);
    for (var json : List.of("{}", "{\"a_int32\":null}")) {
      var refusal =
          catchThrowableOfType(
              BadRecordException.class,
              () -> decode(schema, json.getBytes(StandardCharsets.UTF_8)));
      assertThat(refusal.errorClass()).isEqualTo(MissingRequired);
      assertThat(refusal.field()).isEqualTo("a_int32");
    }
  }

  @Test
  void boundsDepth() throws BadRecordException {
    decode("{\"a_json\":" + "[".repeat(100) + "]".repeat(100) + "}");
    assertRefused("{\"a_json\":" + "[".repeat(101) + "]".repeat(101) + "}", Malformed);
    assertRefused("{\"a_json\":" + "[".repeat(500_000) + "}", Malformed);
    assertRefused("{\"a_json\":" + "{\"x\":".repeat(100_000) + "}", Malformed);
  }

  @Test
  void boundsSize() throws BadRecordException {
    var limit = RecordDecoder.MAX_BYTES - "{\"a_string\":\"\"}".length();
    decode("{\"a_string\":\"" + "x".repeat(limit) + "\"}");
    assertRefused("{\"a_string\":\"" + "x".repeat(limit + 1) + "\"}", TooLong);
  }

  @Test
  void boundsTheKey() {
    var schema = schema(List.of("a_string"), UnknownFields.REJECT);
    var json = "{\"a_string\":\"" + "x".repeat(RecordKey.MAX_BYTES + 1) + "\"}";
    var refusal =
        catchThrowableOfType(
            BadRecordException.class, () -> decode(schema, json.getBytes(StandardCharsets.UTF_8)));
    assertThat(refusal.errorClass()).isEqualTo(TooLong);
  }

  @ParameterizedTest
  @CsvSource({"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void namesAnEncodingThatIsNotUtf8(String encoding) {
    var schema =
        new Schema(
            List.of(),
            List.of(new Field("s", FieldType.STRING, false, null)),
            UnknownFields.REJECT);
    for (var text : List.of("{\"s\":\"a\"}", "\ufeff{\"s\":\"a\"}")) {
      var bytes = text.getBytes(java.nio.charset.Charset.forName(encoding));
      assertThatThrownBy(
              () -> new RecordDecoder(schema).decode(bytes, 0, bytes.length, new Row(schema)))
          .hasMessage("the text is in " + encoding + ", a record must be UTF-8");
    }
    var marked = "\ufeff{\"s\":\"a\"}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(
            () -> new RecordDecoder(schema).decode(marked, 0, marked.length, new Row(schema)))
        .hasMessageStartingWith("a byte order mark (EF BB BF) stands before the value");
  }
}
