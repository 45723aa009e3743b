package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProbeCounterTest {
  @Test
  void makesAResultOfOutcomesInARow() {
    var counter = new ProbeCounter(3, 2);
    assertThat(counter.add(true)).isEmpty();
    assertThat(counter.add(true)).contains(true);
    assertThat(counter.add(true)).contains(true);
    assertThat(counter.add(false)).isEmpty();
    assertThat(counter.add(false)).isEmpty();
    assertThat(counter.add(true)).isEmpty();
    assertThat(counter.add(false)).isEmpty();
    assertThat(counter.add(false)).isEmpty();
    assertThat(counter.add(false)).contains(false);
  }

  @Test
  void takesTheFirstOutcomeWhereOneIsEnough() {
    assertThat(new ProbeCounter(1, 1).add(false)).contains(false);
    assertThat(new ProbeCounter(1, 1).add(true)).contains(true);
  }
}
