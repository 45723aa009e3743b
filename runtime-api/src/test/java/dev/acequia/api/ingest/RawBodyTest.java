package dev.acequia.api.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.http.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RawBodyTest {
  private final AtomicLong clock = new AtomicLong();

  /** Supplies at most this many bytes for each second of the test's clock. */
  private RawBody body(int bytesPerSecond) {
    var in =
        new InputStream() {
          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            clock.addAndGet(1_000_000_000);
            return Math.min(length, bytesPerSecond);
          }
        };
    return new RawBody(in, Memory.ample(), clock::get);
  }

  private static void readSeconds(RawBody body, int seconds) throws IOException {
    var buffer = new byte[8192];
    for (var i = 0; i < seconds; i++) {
      body.read(buffer, 0, buffer.length);
    }
  }

  @Test
  void endsABodyThatTricklesAndHoldsNothing() {
    var body = body(100);

    assertThatThrownBy(() -> readSeconds(body, 31))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("1 KiB a second");
  }

  @Test
  void takesALongBodyAtItsPace() throws IOException {
    var body = body(2000);

    readSeconds(body, 600);

    assertThat(body.count()).isEqualTo(1_200_000);
  }

  /** What the API itself took, such as a wait for Kafka, is not the sender's. */
  @Test
  void countsNoTimeBetweenReads() throws IOException {
    var body = body(2000);

    for (var i = 0; i < 100; i++) {
      readSeconds(body, 1);
      clock.addAndGet(60_000_000_000L);
    }

    assertThat(body.count()).isEqualTo(200_000);
  }
}
