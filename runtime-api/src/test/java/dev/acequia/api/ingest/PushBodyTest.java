package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import dev.acequia.api.bounds.ByteBudget;
import dev.acequia.api.http.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PushBodyTest {
  static byte[] compress(ContentCoding coding, byte[] body) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var compressed =
        switch (coding) {
          case IDENTITY -> out;
          case GZIP -> new GZIPOutputStream(out);
          case ZSTD -> new ZstdOutputStream(out);
        }) {
      compressed.write(body);
    }
    return out.toByteArray();
  }

  private static PushBody open(ContentCoding coding, InputStream in)
      throws IOException, InterruptedException {
    return PushBody.open(
        in,
        coding,
        new BodyMemory(new BodyMemory.Budgets(new ByteBudget(1 << 20), new ByteBudget(32 << 20))));
  }

  private static byte[] read(ContentCoding coding, byte[] bytes)
      throws IOException, InterruptedException {
    try (var body = open(coding, new ByteArrayInputStream(bytes))) {
      return body.readAllBytes();
    }
  }

  @ParameterizedTest
  @EnumSource
  void givesWhatWasCompressed(ContentCoding coding) throws IOException, InterruptedException {
    var random = new byte[300_000];
    new Random(1).nextBytes(random);
    for (var body : new byte[][] {random, "{}".repeat(100_000).getBytes(UTF_8), {}}) {
      assertThat(read(coding, compress(coding, body))).isEqualTo(body);
      try (var slow = open(coding, new Trickle(compress(coding, body), 7))) {
        assertThat(slow.readAllBytes()).isEqualTo(body);
      }
    }
  }

  /** Files that were compressed apart and put together are one. */
  @ParameterizedTest
  @EnumSource
  void readsOnAfterTheFirstPart(ContentCoding coding) throws IOException, InterruptedException {
    var together = new ByteArrayOutputStream();
    together.write(compress(coding, "a\n".getBytes(UTF_8)));
    together.write(compress(coding, "b\n".repeat(100_000).getBytes(UTF_8)));

    assertThat(read(coding, together.toByteArray())).hasSize(200_002);
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD"})
  void saysThatABodyIsDamagedOrCutOff(ContentCoding coding) throws IOException {
    var whole = compress(coding, "{\"a\":1}\n".repeat(1000).getBytes(UTF_8));
    for (var bad :
        new byte[][] {
          "{\"a\":1}".getBytes(UTF_8), java.util.Arrays.copyOf(whole, whole.length - 9), {}
        }) {
      assertThatThrownBy(() -> read(coding, bad))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("Content-Encoding");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD"})
  void refusesABomb(ContentCoding coding) throws IOException {
    var bomb = compress(coding, new byte[40 << 20]);
    assertThat(bomb.length).isLessThan(100_000);

    assertThatThrownBy(() -> read(coding, bomb))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().type().status()).isEqualTo(413))
        .hasMessageContaining("200 times");
  }

  @Test
  void refusesAWindowBeyondWhatHttpAllows() throws IOException {
    var out = new ByteArrayOutputStream();
    try (var compressed = new ZstdOutputStream(out).setLong(27)) {
      compressed.write(new byte[1000]);
    }
    assertThatThrownBy(() -> read(ContentCoding.ZSTD, out.toByteArray()))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().type().status()).isEqualTo(413));
  }

  @Test
  void knowsAWindowByTheHeader() {
    assertThat(ZstdWindow.log(Zstd.compress(new byte[100]))).isEqualTo(21);
    assertThat(ZstdWindow.log(Zstd.compress(new byte[5 << 20], 19))).isEqualTo(23);
    assertThat(ZstdWindow.log(Zstd.compress(new byte[20 << 20], 19))).isEqualTo(23);
    assertThat(ZstdWindow.log(new byte[0])).isEqualTo(21);
  }

  @Test
  void doesNotTakeABrokenConnectionForADamagedBody() throws IOException, InterruptedException {
    var whole = compress(ContentCoding.GZIP, new byte[100_000]);
    var broken =
        new ByteArrayInputStream(whole, 0, 30) {
          @Override
          public synchronized int read(byte[] into, int offset, int length) {
            var read = super.read(into, offset, length);
            if (read < 0) {
              throw new java.io.UncheckedIOException(new IOException("reset"));
            }
            return read;
          }
        };
    try (var body = open(ContentCoding.GZIP, broken)) {
      assertThatThrownBy(body::readAllBytes).hasMessageContaining("reset");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "deflate", "gzip, zstd", "nonsense"})
  void refusesOtherCodingsByName(String coding) {
    assertThatThrownBy(() -> ContentCoding.of(coding))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().type().status()).isEqualTo(415))
        .hasMessageContaining(coding);
  }
}
