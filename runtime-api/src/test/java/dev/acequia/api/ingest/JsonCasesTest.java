package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.api.envelope.Message;
import dev.acequia.api.http.ProblemException;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What finds the records and what reads them take JSON together, and nothing else. */
class JsonCasesTest {
  /** By which a text is refused that is JSON all the same. */
  private static final Set<ErrorClass> STRICTER =
      EnumSet.of(ErrorClass.InvalidText, ErrorClass.OutOfRange);

  private static final Schema NAMED =
      new Schema(
          List.of(), List.of(new Field("j", FieldType.JSON, false, null)), UnknownFields.REJECT);
  private static final Schema DROPPED =
      new Schema(
          List.of(), List.of(new Field("x", FieldType.JSON, false, null)), UnknownFields.DROP);

  static List<JsonCases.Case> values() {
    return JsonCases.values();
  }

  private static byte[] join(Object... parts) {
    var bytes = new ByteArrayOutputStream();
    for (var part : parts) {
      bytes.writeBytes(part instanceof byte[] raw ? raw : part.toString().getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  /** How many records all are good, or why not. */
  private static Object outcome(BodyRecords records, Schema schema) throws IOException {
    var check = new RecordCheck(schema, new RecordDecoder(schema));
    var count = 0;
    try {
      for (; records.next(); count++) {
        check.key(records);
      }
      return count;
    } catch (ProblemException e) {
      return ErrorClass.Malformed;
    } catch (BadRecordException e) {
      return e.errorClass();
    }
  }

  private static void judge(JsonCases.Case value, Object outcome, int records) {
    switch (value.kind()) {
      case 'y' -> assertThat(outcome).isEqualTo(records);
      case 'n' -> assertThat(outcome).isInstanceOf(ErrorClass.class);
      default ->
          assertThat(outcome)
              .satisfiesAnyOf(
                  it -> assertThat(STRICTER).contains((ErrorClass) it),
                  it -> assertThat(value.name()).startsWith("depth_"));
    }
  }

  @ParameterizedTest
  @MethodSource("values")
  void inArraysLinesAndMessages(JsonCases.Case value) throws IOException {
    for (var schema : List.of(NAMED, DROPPED)) {
      var record = join("{\"j\":", value.json(), "}");
      var array = join("[", record, ",", record, "]");
      judge(value, outcome(new JsonRecords(array, array.length), schema), 2);
      judge(value, outcome(new JsonRecords(record, record.length), schema), 1);
      for (var piece = 1; piece < 4; piece++) {
        var streamed = new JsonRecords(new Trickle(array, piece), 1 << 20, Memory.ample());
        judge(value, outcome(streamed, schema), 2);
      }
      var lines = join(record, "\n", record);
      if (!value.toString().endsWith("newline") && !contains(value.json(), (byte) '\n')) {
        judge(value, outcome(new LineRecords(lines, lines.length), schema), 2);
      }
      for (var message : List.of(array, lines, join(record, record))) {
        var records =
            new MessageRecords(new Message("id", message, 0, message.length, Map.of()), null);
        judge(value, outcome(records, schema), 2);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("values")
  void isAnElementOnlyWhenItIsAnObject(JsonCases.Case value) throws IOException {
    var array = join("[", value.json(), "]");
    var outcome = outcome(new JsonRecords(array, array.length), DROPPED);
    if (value.kind() == 'y' && value.json()[0] == '{') {
      assertThat(outcome).isEqualTo(1);
    } else if (value.name().equals("nothing")) {
      assertThat(outcome).isEqualTo(0);
    } else {
      assertThat(outcome).isInstanceOf(ErrorClass.class);
    }
  }

  private static boolean contains(byte[] bytes, byte wanted) {
    for (var b : bytes) {
      if (b == wanted) {
        return true;
      }
    }
    return false;
  }
}
