package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineRecordsTest {
  private static final int MAX = 100_000;

  private static List<String> lines(BodyRecords records) throws IOException {
    var found = new ArrayList<String>();
    while (records.next()) {
      found.add(new String(records.buffer(), records.offset(), records.length(), UTF_8));
    }
    assertThat(records.next()).isFalse();
    return found;
  }

  private static LineRecords streamed(String body, int piece) {
    return new LineRecords(new Trickle(body.getBytes(UTF_8), piece), MAX, Memory.ample());
  }

  @Test
  void takesLinesHoweverTheyArrive() throws IOException {
    var body = "{\"a\":1}\n\n  \r\n {\"b\":\"ñ\"}\r\nlast";
    for (var piece = 1; piece < 40; piece++) {
      assertThat(lines(streamed(body, piece)))
          .containsExactly("{\"a\":1}", "{\"b\":\"ñ\"}", "last");
    }
    var bytes = body.getBytes(UTF_8);
    assertThat(lines(new LineRecords(bytes, bytes.length)))
        .containsExactly("{\"a\":1}", "{\"b\":\"ñ\"}", "last");
  }

  @Test
  void findsNothingInAnEmptyBody() throws IOException {
    assertThat(lines(streamed("", 1))).isEmpty();
    assertThat(lines(streamed("\n \n", 1))).isEmpty();
  }

  @Test
  void passesOverAByteOrderMarkAtTheBeginningAlone() throws IOException {
    for (var piece = 1; piece < 9; piece++) {
      assertThat(lines(streamed("\ufeff{\"a\":1}\n{}", piece))).containsExactly("{\"a\":1}", "{}");
      assertThat(lines(streamed("{}\n\ufeff{}", piece))).containsExactly("{}", "\ufeff{}");
      assertThat(lines(streamed("\ufeff", piece))).isEmpty();
    }
  }

  @Test
  void givesTheSameLinesAsASplitOfTheWhole() throws IOException {
    var random = new Random(1);
    var expected = new ArrayList<String>();
    for (var i = 0; i < 300; i++) {
      expected.add("x".repeat(1 + random.nextInt(2000)) + i);
    }
    assertThat(lines(streamed(String.join("\n", expected), 777))).isEqualTo(expected);
  }

  @Test
  void passesOverALineThatIsTooLong() throws IOException {
    for (var piece : new int[] {1000, 65_536, 1_000_000}) {
      var records = streamed("first\n" + "y".repeat(5 * MAX) + "\nlast\n", piece);

      assertThat(records.next()).isTrue();
      assertThat(records.next()).isTrue();
      assertThat(records.length()).isGreaterThan(MAX);
      assertThat(records.next()).isTrue();
      assertThat(new String(records.buffer(), records.offset(), records.length(), UTF_8))
          .isEqualTo("last");
      assertThat(records.next()).isFalse();
    }
  }

  @Test
  void holdsNoMoreThanALineOfAnEndlessOne() throws IOException {
    var endless =
        new InputStream() {
          private long left = 200_000_000;

          @Override
          public int read() {
            return left-- > 0 ? 'z' : -1;
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            if (left <= 0) {
              return -1;
            }
            left -= length;
            java.util.Arrays.fill(into, offset, offset + length, (byte) 'z');
            return length;
          }
        };
    var records = new LineRecords(endless, MAX, Memory.ample());

    assertThat(records.next()).isTrue();
    assertThat(records.next()).isFalse();
    assertThat(records.buffer().length).isLessThan(4 * MAX);
  }
}
