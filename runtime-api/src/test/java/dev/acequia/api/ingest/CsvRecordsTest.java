package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.http.ProblemException;
import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvRecordsTest {
  private static final int MAX = 10_000;
  private static final Schema EVERYTHING = schema(UnknownFields.REJECT);

  /** A field for each type, named after it. */
  private static Schema schema(UnknownFields unknown) {
    return new Schema(
        List.of(),
        Arrays.stream(FieldType.values())
            .map(type -> new Field(type.name().toLowerCase(Locale.ROOT), type, false, null))
            .toList(),
        unknown);
  }

  private static CsvRecords records(InputStream in, Schema schema) throws IOException {
    return new CsvRecords(in, schema, MAX, Memory.ample());
  }

  /** Each row's JSON; of one at fault, what is wrong. */
  private static List<String> rows(String body) throws IOException {
    return rows(records(new ByteArrayInputStream(body.getBytes(UTF_8)), EVERYTHING), EVERYTHING);
  }

  private static List<String> rows(CsvRecords records, Schema schema) throws IOException {
    var found = new ArrayList<String>();
    var check = new RecordCheck(schema, new RecordDecoder(schema, MAX));
    while (records.next()) {
      try {
        check.key(records);
        found.add(new String(records.buffer(), records.offset(), records.length(), UTF_8));
      } catch (BadRecordException e) {
        found.add((e.field() == null ? "" : e.field() + ": ") + e.reason());
      }
    }
    return found;
  }

  @Test
  void writesEachFieldByItsType() throws IOException {
    assertThat(
            rows(
                """
                string,int32,int64,double,decimal,boolean,date,timestamp,uuid,json
                a,1,-9007199254740993,1.5e3,0.10,TRUE,2013-01-31,2013-01-31T06:00:00-05:00,\
                3f333df6-90a4-4fda-8dd3-9485d27cee36,"{""k"": [1, null]}"
                """))
        .containsExactly(
            "{\"string\":\"a\",\"int32\":1,\"int64\":-9007199254740993,\"double\":1.5e3,"
                + "\"decimal\":\"0.10\",\"boolean\":true,\"date\":\"2013-01-31\","
                + "\"timestamp\":\"2013-01-31T06:00:00-05:00\","
                + "\"uuid\":\"3f333df6-90a4-4fda-8dd3-9485d27cee36\",\"json\":{\"k\": [1, null]}}");
  }

  @Test
  void tellsNullFromAnEmptyString() throws IOException {
    assertThat(rows("string,int32\n,\n\"\",\"\"\n\" \",  \n"))
        .containsExactly("{}", "{\"string\":\"\"}", "{\"string\":\" \"}");
  }

  @Test
  void unquotesAndEscapes() throws IOException {
    assertThat(rows("int32,string\r\n1,\"a\"\"b\\c\r\nñ🛶,\t\"\r\n2,plain\r\n"))
        .containsExactly(
            "{\"int32\":1,\"string\":\"a\\\"b\\\\c\\u000d\\u000añ🛶,\\u0009\"}",
            "{\"int32\":2,\"string\":\"plain\"}");
  }

  @Test
  void takesRowsHoweverTheyArrive() throws IOException {
    var body = "\ufeff\"string\",int32\r\n\"ñ\r\n\",1\r\n\r\nlast,2";
    for (var piece = 1; piece < 30; piece++) {
      assertThat(rows(records(new Trickle(body.getBytes(UTF_8), piece), EVERYTHING), EVERYTHING))
          .containsExactly(
              "{\"string\":\"ñ\\u000d\\u000a\",\"int32\":1}", "{\"string\":\"last\",\"int32\":2}");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "int32, +5, 5",
    "int32, 007, 7",
    "int32, -00, -0",
    "double, -01.50, -1.50",
    "double, .5, 0.5",
    "double, 5., 5",
    "int64, '	42 ', 42",
    "decimal, +.50, '\"0.50\"'",
    "decimal, 007., '\"7\"'",
    "boolean, yes, true",
    "boolean, N, false",
    "boolean, f, false",
    "boolean, 1, true",
  })
  void takesNumbersAndTruthAsTheyAreWrittenInCsv(String field, String text, String json)
      throws IOException {
    assertThat(rows(field + "\n" + text + "\n"))
        .containsExactly("{\"" + field + "\":" + json + "}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int32 | \"1,\"\"int64\"\":2\" | int32: expected an integer, found '1,\"int64\":2'",
        "int32 | abc | int32: expected an integer, found 'abc'",
        "int32 | 1.5 | int32: expected an integer, found a number with a fraction",
        "int32 | 3000000000 | int32: the number is outside the range of int32",
        "double | NaN | double: expected a number, found 'NaN'",
        "double | 1e | double: expected a number, found '1e'",
        "decimal | 1e | decimal: ",
        "boolean | maybe | boolean: expected true or false, found 'maybe'",
        "date | 31.1.2013 | date: ",
        "decimal | 1,5 | the row has 2 columns, the header 1",
        "json | \"1,\"\"string\"\":\"\"x\"\"\" | json: not valid JSON",
        "json | \"}\" | json: not valid JSON",
      })
  void namesTheFieldAndTheReason(String field, String text, String reason) throws IOException {
    assertThat(rows(field + "\n" + text + "\n"))
        .singleElement()
        .satisfies(fault -> assertThat(fault).startsWith(reason.strip()));
  }

  @Test
  void roundsNoDecimal() throws IOException {
    var schema =
        new Schema(
            List.of(),
            List.of(new Field("fare", FieldType.DECIMAL, false, new Digits(12, 2), null)),
            UnknownFields.REJECT);
    var body = new ByteArrayInputStream("fare\n1.50\n1.505\n".getBytes(UTF_8));

    assertThat(rows(records(body, schema), schema))
        .containsExactly(
            "{\"fare\":\"1.50\"}",
            "fare: a number of type decimal(12,2) has at most 10 digits before its point and 2 after it, this one has 1 and 3");
  }

  @Test
  void goesOnAfterARowThatIsTooLong() throws IOException {
    var rows = rows("string\n" + "x".repeat(2 * MAX) + "\nshort\n");

    assertThat(rows).hasSize(2);
    assertThat(rows.get(0)).contains("at most " + MAX);
    assertThat(rows.get(1)).isEqualTo("{\"string\":\"short\"}");
  }

  @Test
  void findsTextThatIsNotUtf8() throws IOException {
    var body = "string\n?\ngood\n".getBytes(UTF_8);
    body[7] = (byte) 0xff;

    assertThat(rows(records(new ByteArrayInputStream(body), EVERYTHING), EVERYTHING))
        .satisfiesExactly(
            fault -> assertThat(fault).contains("not valid UTF-8"),
            row -> assertThat(row).isEqualTo("{\"string\":\"good\"}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        "colour\n1\n",
        "string,string\na,b\n",
        "string;int32\na;1\n",
        "string,\na,b\n"
      })
  void refusesAHeaderThatDoesNotFit(String body) {
    assertThatThrownBy(() -> rows(body)).isInstanceOf(ProblemException.class);
  }

  @Test
  void passesOverColumnsThatAreToBeDropped() throws IOException {
    var schema = schema(UnknownFields.DROP);
    var body = "colour,int32,size\nred,1,2\n".getBytes(UTF_8);

    assertThat(rows(records(new ByteArrayInputStream(body), schema), schema))
        .containsExactly("{\"int32\":1}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a,\"", "a,\"b", "a,\"b\n", "a,\"b\nc,d\n", "a,\"b\"\"", "a,\"\"\"", "a,\"\"\"\n"})
  void findsAQuotedFieldThatDoesNotEnd(String row) throws IOException {
    var body = ("string,json\nfirst,1\n" + row).getBytes(UTF_8);
    for (var piece = 1; piece < 30; piece++) {
      assertThat(rows(records(new Trickle(body, piece), EVERYTHING), EVERYTHING))
          .containsExactly(
              "{\"string\":\"first\",\"json\":1}",
              "the last field begins with a quote and does not end");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "\"b\"", "\"b\n\"", "\"\"\"\"", "\"b\"\"\"", "\"\n\"\"\""})
  void takesAQuotedFieldAtTheEnd(String field) throws IOException {
    var value =
        field.substring(1, field.length() - 1).replace("\"\"", "\\\"").replace("\n", "\\u000a");
    for (var end : List.of("", "\n", "\r\n", "\n\n")) {
      var body = ("int32,string\n1," + field + end).getBytes(UTF_8);
      for (var piece = 1; piece < 30; piece++) {
        assertThat(rows(records(new Trickle(body, piece), EVERYTHING), EVERYTHING))
            .containsExactly("{\"int32\":1,\"string\":\"" + value + "\"}");
      }
    }
  }

  /** Of neither side it is clear where the value ends: the same answer for both. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"a\"b,1 | in line 3, column 'string'",
        "\"a\" ,1 | in line 3, column 'string'",
        "~a,\"1\"\t~ | in line 3, column 'int32'",
        "~ \"a\",1~ | in line 3, column 'string': white space stands before the opening quote",
        "~ \"a,b\"~ | in line 3, column 'string': white space stands before the opening quote",
        "a, \"1\" | in line 3, column 'int32': white space stands before the opening quote",
        "~a,\t \"1\"~ | in line 3, column 'int32': white space stands before the opening quote",
      })
  void refusesToGoOnWhereAQuoteIsNotAloneInItsField(String row, String reason) {
    assertThatThrownBy(() -> rows("string,int32\nfirst,1\n" + row + "\nlast,2\n"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("after 1 records, " + reason);
  }

  @Test
  void refusesAHeaderWithSpaceBeforeAQuote() {
    assertThatThrownBy(() -> rows("string, \"int32\"\na,1\n"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("in line 1, column 2: white space stands before");
  }

  @Test
  void namesAnEncodingThatIsNotUtf8() {
    for (var encoding : List.of("UTF-16LE", "UTF-16BE")) {
      for (var mark : List.of("", "\ufeff")) {
        var body = (mark + "string\na\n").getBytes(Charset.forName(encoding));
        assertThatThrownBy(() -> records(new ByteArrayInputStream(body), EVERYTHING))
            .hasMessageContaining("The body is in " + encoding);
      }
    }
  }

  /** What csv-spectrum asks of a reader, and beyond. */
  @ParameterizedTest
  @MethodSource("spectrum")
  void readsWhatOthersWrite(String name, String body, List<String> values) throws IOException {
    var wanted =
        values.stream()
            .map(value -> value.equals("-") ? "{}" : "{\"string\":\"" + value + "\"}")
            .toList();
    for (var piece = 1; piece < 9; piece++) {
      assertThat(rows(records(new Trickle(body.getBytes(UTF_8), piece), EVERYTHING), EVERYTHING))
          .as(name)
          .isEqualTo(wanted);
    }
  }

  static Stream<Arguments> spectrum() {
    return Stream.of(
        Arguments.of("simple", "string\na\nb\n", List.of("a", "b")),
        Arguments.of("no newline at the end", "string\na\nb", List.of("a", "b")),
        Arguments.of("crlf", "string\r\na\r\nb\r\n", List.of("a", "b")),
        Arguments.of("cr alone", "string\ra\rb\r", List.of("a", "b")),
        Arguments.of("all kinds of ends", "string\ra\nb\r\nc", List.of("a", "b", "c")),
        Arguments.of("comma in quotes", "string\n\"a, b\"\n", List.of("a, b")),
        Arguments.of("escaped quotes", "string\n\"a \"\"b\"\" c\"\n", List.of("a \\\"b\\\" c")),
        Arguments.of("nothing but quotes", "string\n\"\"\"\"\n", List.of("\\\"")),
        Arguments.of("json", "string\n\"{\"\"a\"\":\"\"b\"\"}\"", List.of("{\\\"a\\\":\\\"b\\\"}")),
        Arguments.of(
            "newlines",
            "string\n\"a\nb\"\n\"c\r\nd\"\n\"e\rf\"",
            List.of("a\\u000ab", "c\\u000d\\u000ad", "e\\u000df")),
        Arguments.of("utf8", "string\nʤ\n🛶\n", List.of("ʤ", "🛶")),
        Arguments.of("byte order mark", "\ufeffstring\na\n", List.of("a")),
        Arguments.of("byte order mark and quotes", "\ufeff\"string\"\r\n\"a\"\r\n", List.of("a")),
        Arguments.of("byte order mark within", "string\n\ufeffa\n", List.of("\ufeffa")),
        Arguments.of("empty", "string,json\n,\n\"\",\n", List.of("-", "")),
        Arguments.of(
            "quotes within", "string\na \"b\" c\n5\"\n", List.of("a \\\"b\\\" c", "5\\\"")),
        Arguments.of("spaces", "string\n a \n\" a \"\n", List.of(" a ", " a ")),
        Arguments.of("header in spaces", " string ,json\na,\n", List.of("a")),
        Arguments.of("blank lines", "string\n\na\n\n\nb\n\n", List.of("a", "b")),
        Arguments.of("header alone", "string", List.of()),
        Arguments.of("header and its end", "string\r\n", List.of()));
  }

  @Test
  void refusesANulAsAnyRecordDoes() throws IOException {
    assertThat(rows("string\na\0b\ngood\n"))
        .containsExactly("string: the character \\u0000 cannot be stored", "{\"string\":\"good\"}");
    assertThatThrownBy(() -> rows("str\0ing\na\n")).isInstanceOf(ProblemException.class);
  }

  @Test
  void refusesAHeaderOfTooManyColumns() {
    assertThatThrownBy(() -> rows("a,".repeat(16_384) + "a\n"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("more than 16,384 columns");
  }
}
