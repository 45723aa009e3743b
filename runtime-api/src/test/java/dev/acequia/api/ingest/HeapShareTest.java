package dev.acequia.api.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.bounds.HeapShare;
import dev.acequia.api.http.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeapShareTest {
  private static final long MIB = 1 << 20;

  @ParameterizedTest
  @ValueSource(longs = {72, 96, 128, 256, 1024})
  void leavesAnEighthOfTheHeapAndRoomForTheLargestBody(long heapMib) {
    var share = HeapShare.of(heapMib * MIB);

    assertThat(
            share.bodies()
                + share.decoders()
                + share.inFlight()
                + share.producer()
                + share.pushes()
                + share.pages()
                + share.unproved())
        .isLessThan(heapMib * MIB * 7 / 8);
    // While its array grows for the last time, from half of it.
    assertThat(share.bodies()).isGreaterThan(BufferedBody.MAX_BYTES * 3L / 2);
  }

  @Test
  void refusesForGoodWhatNeverFits() {
    try (var memory = Memory.of(2 * MIB)) {
      memory.take(MIB);
      assertThatThrownBy(() -> memory.take(2 * MIB))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("more than the 2 MiB that this API has for bodies");
    }
  }
}
