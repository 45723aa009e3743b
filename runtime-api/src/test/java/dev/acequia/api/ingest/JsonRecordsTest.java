package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.http.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        "[{\"a\":\"]"
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
