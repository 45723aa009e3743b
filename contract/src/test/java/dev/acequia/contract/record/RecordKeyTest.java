package dev.acequia.contract.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordKeyTest {
  private static Schema keyOf(FieldType... types) {
    var fields =
        java.util.stream.IntStream.range(0, types.length)
            .mapToObj(i -> new Field("f" + i, types[i], true, null))
            .toList();
    return new Schema(fields.stream().map(Field::name).toList(), fields, UnknownFields.REJECT);
  }

  private static String encode(FieldType type, String value) throws BadRecordException {
    var schema = keyOf(type);
    var row = new Row(schema);
    var json = ("{\"f0\":" + value + "}").getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(schema).decode(json, 0, json.length, row);
    return new String(RecordKey.encode(schema, row), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "STRING    | \"a\\u00f1\\/\\u0022\\\\\\u001f\\n\" | [\"añ/\\\"\\\\\\u001f\\n\"]",
        "INT32     | 1.0e1                      | [10]",
        "INT64     | -0                         | [0]",
        "DOUBLE    | -0.0                       | [0]",
        "DOUBLE    | 1e21                       | [1e+21]",
        "DOUBLE    | 123456789012345680000      | [123456789012345680000]",
        "DOUBLE    | 0.000001                   | [0.000001]",
        "DOUBLE    | -1.5e-7                    | [-1.5e-7]",
        "DOUBLE    | 10.50                      | [10.5]",
        "DECIMAL   | 10.500                     | [\"10.5\"]",
        "DECIMAL   | 1e3                        | [\"1000\"]",
        "DECIMAL   | \"-0.00\"                  | [\"0\"]",
        "BOOLEAN   | true                       | [true]",
        "DATE      | \"0001-01-01\"             | [\"0001-01-01\"]",
        "TIMESTAMP | \"2013-01-01T05:00:00.120-05:00\" | [\"2013-01-01T10:00:00.12Z\"]",
        "TIMESTAMP | \"1969-12-31T23:59:59.000001Z\"   | [\"1969-12-31T23:59:59.000001Z\"]",
        "UUID      | \"123E4567-E89B-12D3-A456-426614174000\" | [\"123e4567-e89b-12d3-a456-426614174000\"]"
      })
  void writesEqualValuesAsEqualBytes(FieldType type, String value, String key)
      throws BadRecordException {
    assertThat(encode(type, value)).isEqualTo(key);
    assertThat(encode(type, key.substring(1, key.length() - 1))).isEqualTo(key);
  }

  @Test
  void followsTheOrderOfTheKey() throws BadRecordException {
    var schema =
        new Schema(
            List.of("b", "a"),
            List.of(
                new Field("a", FieldType.INT32, true, null),
                new Field("b", FieldType.STRING, true, null),
                new Field("c", FieldType.STRING, false, null)),
            UnknownFields.REJECT);
    var row = new Row(schema);
    var decoder = new RecordDecoder(schema);
    var json = "{\"a\":1,\"b\":\"x\",\"c\":\"y\"}".getBytes(StandardCharsets.UTF_8);
    decoder.decode(json, 0, json.length, row);
    var key = RecordKey.encode(schema, row);
    assertThat(new String(key, StandardCharsets.UTF_8)).isEqualTo("[\"x\",1]");

    decoder.decodeKey(key, 0, key.length, row);
    assertThat(row.longAt(0)).isEqualTo(1);
    assertThat(row.stringAt(1)).isEqualTo("x");
    assertThat(row.isNull(2)).isTrue();
  }

  @Test
  void readsTheTextsOfAUrl() throws BadRecordException {
    var schema = keyOf(FieldType.STRING, FieldType.INT32, FieldType.TIMESTAMP);
    var row = new Row(schema);
    new RecordDecoder(schema).decodeKey(List.of("a\"b", "7", "2013-01-01T10:00:00Z"), row);
    assertThat(new String(RecordKey.encode(schema, row), StandardCharsets.UTF_8))
        .isEqualTo("[\"a\\\"b\",7,\"2013-01-01T10:00:00Z\"]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"[]", "[1]", "[1,2,3]", "[1,2]x", "[1,null]", "{}", "1", "``", "[1 2]"})
  void refusesWhatIsNotAKey(String key) {
    var schema = keyOf(FieldType.INT32, FieldType.INT32);
    var bytes = key.getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(
            () -> new RecordDecoder(schema).decodeKey(bytes, 0, bytes.length, new Row(schema)))
        .isInstanceOf(BadRecordException.class);
  }

  @Test
  void refusesTextsThatSmuggleInAnotherPart() {
    var schema = keyOf(FieldType.INT32, FieldType.INT32);
    for (var parts : List.of(List.of("1,2", "3"), List.of("1,2", ""), List.of("1"))) {
      assertThatThrownBy(() -> new RecordDecoder(schema).decodeKey(parts, new Row(schema)))
          .isInstanceOf(BadRecordException.class);
    }
  }
}
