package dev.acequia.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswerTest {
  private final Answer answer = new Answer();

  @Test
  void endsAfterItsLength() throws ProtocolException {
    answer.begin();

    assertThat(answer.take(bytes("HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhel"))).isFalse();
    assertThat(answer.take(bytes("lo"))).isTrue();

    assertThat(answer.succeeded()).isTrue();
    assertThat(answer.bodyBytes()).isEqualTo(5);
    assertThat(answer.closing()).isFalse();
  }

  @Test
  void endsAfterTheLastChunkHoweverItIsCut() throws ProtocolException {
    var whole =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nwiki\r\na\r\n0123456789\r\n0\r\n\r\n";
    answer.begin();

    for (var i = 0; i < whole.length() - 1; i++) {
      assertThat(answer.take(bytes(whole.substring(i, i + 1))))
          .as(whole.substring(0, i + 1))
          .isFalse();
    }
    assertThat(answer.take(bytes("\n"))).isTrue();

    assertThat(answer.bodyBytes()).isEqualTo(14);
  }

  @Test
  void endsWithItsHeadWhenThereIsNoBody() throws ProtocolException {
    answer.begin();

    assertThat(
            answer.take(bytes("HTTP/1.1 503 \r\nConnection: close\r\nContent-Length: 0\r\n\r\n")))
        .isTrue();

    assertThat(answer.succeeded()).isFalse();
    assertThat(answer.closing()).isTrue();
  }

  @Test
  void isReadyForTheNextOfItsConnection() throws ProtocolException {
    for (var i = 0; i < 2; i++) {
      answer.begin();

      assertThat(answer.take(bytes("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok"))).isTrue();
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
