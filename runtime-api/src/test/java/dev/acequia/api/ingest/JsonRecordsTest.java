package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.http.ProblemException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRecordsTest {
  private static List<String> split(String body) {
    var bytes = body.getBytes(UTF_8);
    var records = new JsonRecords(bytes, bytes.length);
    var found = new ArrayList<String>();
    while (records.next()) {
      found.add(new String(records.buffer(), records.offset(), records.length(), UTF_8));
    }
    assertThat(records.next()).isFalse();
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
    assertThatThrownBy(() -> split(body)).isInstanceOf(ProblemException.class);
  }
}
