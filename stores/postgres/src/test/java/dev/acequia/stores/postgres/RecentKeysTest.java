package dev.acequia.stores.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecentKeysTest {
  private static final int GENERATION = 1 << 21;

  private final RecentKeys keys = new RecentKeys();

  private long known(int from, int to) {
    return IntStream.range(from, to).filter(key -> keys.note(key * 0x9E3779B1)).count();
  }

  @Test
  void knowsTheKeysOfALifetime() {
    known(0, GENERATION / 2);
    assertThat(known(0, GENERATION / 2)).isEqualTo(GENERATION / 2);
  }

  @Test
  void seldomKnowsAKeyThatNeverCame() {
    known(0, GENERATION - 1);
    assertThat(known(GENERATION, GENERATION + 1000)).isLessThan(50);
  }

  @Test
  void forgetsWhatIsOld() {
    known(0, 4 * GENERATION);
    assertThat(known(3 * GENERATION, 4 * GENERATION)).isEqualTo(GENERATION);
    assertThat(known(0, 1000)).isLessThan(100);
  }
}
