package dev.acequia.stores;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.stores.Lineage.Generation;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineageTest {
  @Test
  void aLogThatWasNeverCutHasOneGeneration() {
    var lineage = Lineage.of(4);
    assertThat(lineage.at(0)).isEqualTo(4);
    assertThat(lineage.at(Long.MAX_VALUE)).isEqualTo(4);
  }

  @Test
  void whatStandsBeforeACutKeepsItsGeneration() {
    var lineage = new Lineage(List.of(new Generation(1, 0), new Generation(3, 100)));
    assertThat(lineage.at(99)).isEqualTo(1);
    assertThat(lineage.at(100)).isEqualTo(3);
  }

  @Test
  void aLaterCutFurtherBackTakesTheOneBeforeWithIt() {
    var lineage =
        new Lineage(List.of(new Generation(5, 50), new Generation(1, 0), new Generation(2, 100)));
    assertThat(lineage.at(49)).isEqualTo(1);
    assertThat(lineage.at(50)).isEqualTo(5);
    assertThat(lineage.at(120)).isEqualTo(5);
  }

  @Test
  void knowsWhereAGenerationCanHaveHeldARecord() {
    var lineage = new Lineage(List.of(new Generation(1, 0), new Generation(2, 100)));
    assertThat(lineage.canHaveHeld(1, 130)).isTrue(); // lost by the cut
    assertThat(lineage.canHaveHeld(2, 100)).isTrue();
    assertThat(lineage.canHaveHeld(2, 99)).isFalse();
    assertThat(lineage.canHaveHeld(3, 100)).isFalse();
  }
}
