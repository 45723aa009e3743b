package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.api.envelope.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageRecordsTest {
  private static List<String> records(String data, @Nullable String attributesField)
      throws IOException {
    // Somewhere within a larger body.
    var body = ("before" + data + "{after").getBytes(UTF_8);
    var message =
        new Message("id", body, 6, data.getBytes(UTF_8).length, Map.of("b", "\"", "a", "1"));
    var records = new MessageRecords(message, attributesField);
    var found = new ArrayList<String>();
    while (records.next()) {
      found.add(new String(records.buffer(), records.offset(), records.length(), UTF_8));
    }
    return found;
  }

  @Test
  void findsObjectsHoweverTheyArePutTogether() throws IOException {
    assertThat(records(" {\"a\":\"}{\\\"\"} ", null)).containsExactly("{\"a\":\"}{\\\"\"}");
    assertThat(records("{\"a\":{}}\n{\"b\":1}\r\n\n", null))
        .containsExactly("{\"a\":{}}", "{\"b\":1}");
    assertThat(records("{\"a\":1}{\"b\":2}", null)).containsExactly("{\"a\":1}", "{\"b\":2}");
    assertThat(records("[{\"a\":1}, {\"b\":2}]", null)).containsExactly("{\"a\":1}", "{\"b\":2}");
    assertThat(records("[]", null)).isEmpty();
  }

  @Test
  void passesOverAByteOrderMark() throws IOException {
    assertThat(records("\ufeff{\"a\":1}{\"b\":2}", null)).containsExactly("{\"a\":1}", "{\"b\":2}");
    assertThat(records("\ufeff[{\"a\":1}]", null)).containsExactly("{\"a\":1}");
  }

  /** As a whole, so that it can be read as it came. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text",
        "[{\"a\":1},",
        "{\"a\":1",
        "7 8",
        "<xml/>",
        "[{\"a\":1}}{\"a\":2}]",
        "{\"a\":[1}]{\"b\":2}"
      })
  void takesAnythingElseForOneRecord(String data) throws IOException {
    assertThat(records(data, null)).containsExactly(data);
  }

  @Test
  void putsAttributesIntoTheirField() throws IOException {
    assertThat(records("{ \"n\": 1}{ }7", "attributes"))
        .containsExactly(
            "{\"attributes\":{\"a\":\"1\",\"b\":\"\\\"\"}, \"n\": 1}",
            "{\"attributes\":{\"a\":\"1\",\"b\":\"\\\"\"} }",
            "7");
  }
}
