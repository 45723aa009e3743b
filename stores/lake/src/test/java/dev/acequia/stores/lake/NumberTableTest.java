package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumberTableTest {
  private record Key(long first, long second) {}

  @Test
  void findsTheRowsThatWereAddedAndNoOthers() {
    var random = new Random(7);
    var table = new NumberTable(4);
    Map<Key, Long> model = new HashMap<>();
    for (var i = 0; i < 100_000; i++) {
      // Few bits, as in places: most keys are close to another.
      var key = new Key(random.nextInt(3), random.nextInt(50_000));
      var row = table.find(key.first, key.second);
      assertThat(row >= 0).isEqualTo(model.containsKey(key));
      if (row < 0) {
        row = table.add(key.first, key.second);
      }
      table.set(row, 3, i);
      model.put(key, (long) i);
    }
    model.forEach(
        (key, number) ->
            assertThat(table.get(table.find(key.first, key.second), 3)).isEqualTo(number));
    assertThat(table.find(4, 0)).isNegative();
    table.clear();
    assertThat(table.isEmpty()).isTrue();
    assertThat(model.keySet()).allMatch(key -> table.find(key.first, key.second) < 0);
  }

  @Test
  void aMillionMarksTakeLessThanAQuarterOfAConsumersHeap() {
    var table = new NumberTable(7);
    for (var i = 0; i < 1_000_000; i++) {
      table.add(i, 1);
    }
    assertThat(table.bytes()).isLessThan(80 << 20).isGreaterThan(56_000_000);
  }
}
