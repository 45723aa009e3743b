package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.http.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRecordsTest {
  private static final int MAX = 300_000;

  /** Read whole, and as it comes in pieces of any size. */
  private static List<String> split(String body) {
    var bytes = body.getBytes(UTF_8);
    var found = split(new JsonRecords(bytes, bytes.length));
    for (var piece = 1; piece < 40; piece++) {
      assertThat(split(streamed(body, piece))).isEqualTo(found);
    }
    return found;
  }

  private static JsonRecords streamed(String body, int piece) {
    return new JsonRecords(new Trickle(body.getBytes(UTF_8), piece), MAX, Memory.ample());
  }

  private static List<String> split(BodyRecords records) {
    var found = new ArrayList<String>();
    try {
      while (records.next()) {
        found.add(new String(records.buffer(), records.offset(), records.length(), UTF_8));
      }
      assertThat(records.next()).isFalse();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  @Test
  void takesOneObjectAsItStands() {
    assertThat(split(" {\"a\": [1, 2]}\n")).containsExactly("{\"a\": [1, 2]}");
  }

  @Test
  void partsAnArrayWithoutLookingIntoItsElements() {
    assertThat(split("[ {\"a\":\"]},[\"} ,\t[1,[2]], 3 ,\"\\\\\\\",]\",null]\r\n"))
        .containsExactly("{\"a\":\"]},[\"}", "[1,[2]]", "3", "\"\\\\\\\",]\"", "null");
  }

  @Test
  void findsNothingInAnEmptyArray() {
    assertThat(split(" [ \n ] ")).isEmpty();
  }

  @Test
  void passesOverAByteOrderMark() {
    assertThat(split("\ufeff[{\"a\":1},2]")).containsExactly("{\"a\":1}", "2");
    assertThat(split("\ufeff {\"a\":1}")).containsExactly("{\"a\":1}");
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-16LE, ''", "UTF-16BE, ''", "UTF-32LE, ''", "UTF-32BE, ''",
    "UTF-16LE, \ufeff", "UTF-16BE, \ufeff", "UTF-32LE, \ufeff", "UTF-32BE, \ufeff"
  })
  void namesAnEncodingThatIsNotUtf8(String encoding, String mark) {
    for (var text : List.of("[{\"a\":\"日本\"}]", "{\"a\":1}", "[]")) {
      var body = (mark + text).getBytes(Charset.forName(encoding));
      for (var records :
          List.of(
              new JsonRecords(body, body.length),
              new JsonRecords(new Trickle(body, 1), MAX, Memory.ample()),
              new LineRecords(body, body.length))) {
        assertThatThrownBy(() -> split(records))
            .isInstanceOf(ProblemException.class)
            .hasMessageContaining("The body is in " + encoding);
      }
    }
  }

  @Test
  void saysWhereAnArrayIsNoneAnyMore() {
    var body = "[{\"a\":1},{\"a\":2}}{\"a\":3}]".getBytes(UTF_8);
    assertThatThrownBy(() -> split(new JsonRecords(body, body.length)))
        .hasMessageContaining("after 1 records, '}' closes what nothing has opened");
  }

  @Test
  void doesNotMindDepth() {
    var deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(split("[" + deep + "]")).containsExactly(deep);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "[",
        "[{}",
        "[{},",
        "[{},]",
        "[,{}]",
        "[{},,{}]",
        "[{}]x",
        "[{}][{}]",
        "[\"",
        "[\"\\",
        "[{\"a\":\"]",
        "[{\"a\":1}}{\"a\":2}]",
        "[{\"a\":1}{\"a\":2}]",
        "[{\"a\":1}]{\"a\":2}]",
        "[{\"a\":1],{\"a\":2}]",
        "[{\"a\":[1},{\"a\":2]]",
        "[{\"a\":1},\"a\":2}]",
        "[{\"a\":\"x\"y\"},{\"a\":\"},{\"}]",
        "[}]",
        "\ufeff",
        "\ufeff \n",
        "[\ufeff{\"a\":1}]",
        "[{\"a\":1},\ufeff{\"a\":1}]",
        "[{\"a\":1}]\ufeff",
      })
  void refusesWhatIsNoArray(String body) {
    var bytes = body.getBytes(UTF_8);
    assertThatThrownBy(() -> split(new JsonRecords(bytes, bytes.length)))
        .isInstanceOf(ProblemException.class);
    for (var piece = 1; piece < 10; piece++) {
      var records = streamed(body, piece);
      assertThatThrownBy(() -> split(records)).isInstanceOf(ProblemException.class);
    }
  }

  @Test
  void passesOverAnElementThatIsTooLong() throws IOException {
    var body = "[{\"a\":1},{\"b\":\"" + "]\\\"},".repeat(MAX) + "\"},{\"c\":2}]";
    for (var piece : new int[] {1000, 65_536, 10_000_000}) {
      var records = streamed(body, piece);

      assertThat(records.next()).isTrue();
      assertThat(records.next()).isTrue();
      assertThat(records.length()).isGreaterThan(MAX);
      assertThat(records.buffer().length).isLessThan(4 * MAX);
      assertThat(records.next()).isTrue();
      assertThat(new String(records.buffer(), records.offset(), records.length(), UTF_8))
          .isEqualTo("{\"c\":2}");
      assertThat(records.next()).isFalse();
    }
  }

  @Test
  void partsALongArrayAsItComes() {
    var random = new Random(1);
    var expected = new ArrayList<String>();
    for (var i = 0; i < 300; i++) {
      expected.add("{\"x\":\"" + "y".repeat(random.nextInt(5000)) + "\"}");
    }
    assertThat(split(streamed("[" + String.join(" ,\n", expected) + "]", 777))).isEqualTo(expected);
  }
}
