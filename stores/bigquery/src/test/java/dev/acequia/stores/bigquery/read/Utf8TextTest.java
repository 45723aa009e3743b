package dev.acequia.stores.bigquery.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8TextTest {
  private final Utf8Text texts = new Utf8Text();

  private byte[] encoded(String json) throws IOException {
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    try (var in = new JsonFactory().createParser(new ByteArrayInputStream(bytes))) {
      in.nextToken();
      return texts.of(in);
    }
  }

  @Test
  void encodesTextsOfEveryLengthAndPlane() throws Exception {
    var points =
        List.of(0x1, 0x41, 0x7f, 0x80, 0xf1, 0x7ff, 0x800, 0xffff, 0x10000, 0x1f6f6, 0x10ffff);
    var random = new Random(1);
    for (var length : List.of(0, 1, 2, 3, 5, 200, 4_000, 70_000, 300_000)) {
      for (var ascii : List.of(true, false)) {
        var text = new StringBuilder();
        for (var i = 0; i < length; i++) {
          text.appendCodePoint(ascii ? 'a' + i % 26 : points.get(random.nextInt(points.size())));
        }
        assertThat(encoded(TextNode.valueOf(text.toString()).toString()))
            .isEqualTo(text.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void replacesHalvesOfCharacters() throws Exception {
    assertThat(encoded("\"a\\ud83d\\ud83d\\udef6b\\udef6\\ud83d\""))
        .isEqualTo("a?🛶b??".getBytes(StandardCharsets.UTF_8));
  }
}
