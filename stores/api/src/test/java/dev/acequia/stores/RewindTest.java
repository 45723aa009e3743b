package dev.acequia.stores;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.ReplayOrder;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RewindTest {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final UUID FIRST = UUID.randomUUID();
  private static final UUID SECOND = UUID.randomUUID();
  private static final int PARTITION = 3;

  private static ReplayOrder order(UUID id, @Nullable Long from, @Nullable Long to) {
    return new ReplayOrder(
        id.toString(),
        null,
        "AAAAAAAAAAAAAAAAAAAAAQ",
        false,
        from == null ? Map.of() : Map.of(PARTITION, from),
        to == null ? Map.of() : Map.of(PARTITION, to));
  }

  private static PartitionClaim claim(long nextOffset, @Nullable PartitionReplay replay) {
    return new PartitionClaim(PARTITION, nextOffset, null, TOPIC, Lineage.of(1), 1, "hash", replay);
  }

  private static Optional<Rewind> append(ReplayOrder order, PartitionClaim claim) {
    return Rewind.of(order, claim, 10, LoadMode.APPEND);
  }

  private static Optional<Rewind> upsert(ReplayOrder order, PartitionClaim claim) {
    return Rewind.of(order, claim, 10, LoadMode.UPSERT);
  }

  private static Rewind rewind(long next, UUID id, long from, long until, long resume) {
    return new Rewind(next, null, new PartitionReplay(id, from, until, resume, null), true, null);
  }

  @Test
  void goesBackAndRunsToWhereReadingWas() {
    for (var mode : LoadMode.values()) {
      assertThat(Rewind.of(order(FIRST, 20L, null), claim(90, null), 10, mode))
          .contains(rewind(20, FIRST, 20, 90, 90));
    }
  }

  @Test
  void endsEarlierAndJumpsBackInAppendModeOnly() {
    assertThat(append(order(FIRST, 20L, 30L), claim(90, null)))
        .contains(rewind(20, FIRST, 20, 30, 90));
    assertThat(append(order(FIRST, 20L, 300L), claim(90, null)))
        .contains(rewind(20, FIRST, 20, 90, 90));
    assertThat(upsert(order(FIRST, 20L, 30L), claim(90, null)))
        .contains(rewind(20, FIRST, 20, 90, 90));
  }

  @Test
  void neverPassesOverWhatWasNotRead() {
    assertThat(append(order(FIRST, 100L, null), claim(90, null)))
        .contains(rewind(90, FIRST, 90, 90, 90));
    assertThat(append(order(FIRST, null, null), claim(90, null)))
        .contains(rewind(90, FIRST, 90, 90, 90));
  }

  @Test
  void beginsWithTheLog() {
    assertThat(append(order(FIRST, 0L, null), claim(90, null)))
        .contains(rewind(10, FIRST, 10, 90, 90));
    assertThat(append(order(FIRST, 0L, 5L), claim(90, null)))
        .contains(rewind(90, FIRST, 90, 90, 90));
  }

  @Test
  void isNotBegunASecondTime() {
    var underWay = new PartitionReplay(FIRST, 20, 90, 90, null);
    assertThat(append(order(FIRST, 20L, null), claim(40, underWay))).isEmpty();
    assertThat(append(order(FIRST, 20L, null), claim(120, underWay))).isEmpty();
  }

  @Test
  void aSecondOneGoesBackToWhereReadingWasBeforeTheFirst() {
    var underWay = new PartitionReplay(FIRST, 20, 30, 90, null);
    assertThat(append(order(SECOND, 15L, null), claim(25, underWay)))
        .contains(rewind(15, SECOND, 15, 90, 90));
    assertThat(append(order(SECOND, null, null), claim(25, underWay)))
        .contains(rewind(90, SECOND, 90, 90, 90));
  }

  /** A person has asked for it, whatever has been read of it before. */
  @Test
  void noOrderUndoesAnAcceptedWayBack() {
    var accepted = new PartitionReplay(FIRST, 20, 90, 90, null, true);
    assertThat(append(order(SECOND, null, null), claim(25, accepted)))
        .contains(rewind(25, SECOND, 25, 25, 25));
    assertThat(append(order(SECOND, 15L, null), claim(25, accepted)))
        .contains(rewind(15, SECOND, 15, 25, 25));
    assertThat(append(order(SECOND, 15L, 18L), claim(25, accepted)))
        .contains(rewind(15, SECOND, 15, 18, 25));
    assertThat(append(order(SECOND, 50L, 60L), claim(25, accepted)))
        .contains(rewind(25, SECOND, 25, 25, 25));
    assertThat(upsert(order(SECOND, 50L, null), claim(25, accepted)))
        .contains(rewind(25, SECOND, 25, 90, 90));
    for (var mode : LoadMode.values()) {
      assertThat(Rewind.of(order(FIRST, 20L, null).cancel(), claim(25, accepted), 10, mode))
          .isEmpty();
    }
    // Once it has ended, reading is beyond it.
    assertThat(append(order(SECOND, 15L, null), claim(95, accepted)))
        .contains(rewind(15, SECOND, 15, 95, 95));
  }

  /** What the first had brought back and not deleted again would stay. */
  @Test
  void aSecondOneLeavesNothingOfTheFirstOutInUpsertMode() {
    var underWay = new PartitionReplay(FIRST, 20, 90, 90, null);
    assertThat(upsert(order(SECOND, 50L, null), claim(25, underWay)))
        .contains(rewind(25, SECOND, 25, 90, 90));
    assertThat(upsert(order(SECOND, null, null), claim(25, underWay)))
        .contains(rewind(25, SECOND, 25, 90, 90));
    assertThat(upsert(order(SECOND, 12L, null), claim(25, underWay)))
        .contains(rewind(12, SECOND, 12, 90, 90));
  }

  @Test
  void cancellingJumpsBackInAppendMode() {
    var underWay = new PartitionReplay(FIRST, 20, 80, 90, null);
    assertThat(append(order(FIRST, 20L, null).cancel(), claim(25, underWay)))
        .contains(new Rewind(90, null, new PartitionReplay(FIRST, 20, 25, 90, null), false, null));
  }

  @Test
  void cancellingRunsToThePresentInUpsertMode() {
    var underWay = new PartitionReplay(FIRST, 20, 90, 90, null);
    assertThat(upsert(order(FIRST, 20L, null).cancel(), claim(25, underWay))).isEmpty();
  }

  @Test
  void cancellingKeepsWhatHasNotBegunFromBeginning() {
    var cancel = order(FIRST, 20L, null).cancel();
    var nothing = new Rewind(90, null, new PartitionReplay(FIRST, 90, 90, 90, null), false, null);
    assertThat(append(cancel, claim(90, null))).contains(nothing);
    assertThat(append(cancel, claim(90, new PartitionReplay(SECOND, 20, 90, 90, null))))
        .contains(nothing);
    assertThat(append(cancel, claim(120, new PartitionReplay(FIRST, 20, 90, 90, null)))).isEmpty();
  }

  @Test
  void cancellingOneLeavesAnotherAlone() {
    var underWay = new PartitionReplay(SECOND, 20, 90, 90, null);
    assertThat(append(order(FIRST, 20L, null).cancel(), claim(25, underWay))).isEmpty();
  }

  @Test
  void goesOnWithTheLogThatRetentionHasLeft() {
    var underWay = new PartitionReplay(FIRST, 20, 30, 90, null);
    assertThat(Rewind.intoLog(claim(25, underWay), 28))
        .contains(new Rewind(28, null, underWay, false, null));
    assertThat(Rewind.intoLog(claim(25, underWay), 50))
        .contains(new Rewind(90, null, underWay, false, null));
    assertThat(Rewind.intoLog(claim(25, underWay), 25)).isEmpty();
    assertThat(Rewind.intoLog(claim(90, underWay), 95)).isEmpty();
    assertThat(Rewind.intoLog(claim(25, null), 28)).isEmpty();
  }

  @Test
  void endsThePreviousOne() {
    var order =
        new ReplayOrder(
            SECOND.toString(),
            FIRST.toString(),
            "AAAAAAAAAAAAAAAAAAAAAQ",
            false,
            Map.of(PARTITION, 20L),
            Map.of());
    assertThat(append(order, claim(90, null)).orElseThrow().previous()).isEqualTo(FIRST);
  }
}
