package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may write, and that a batch is there as a whole or not at all. */
public abstract class ClaimsContract extends StoreContract {
  protected ClaimsContract(StoreFixture store) {
    super(store);
  }

  @Test
  void eachClaimHasAFenceOfItsOwn() throws Exception {
    var definition = migrated(LoadMode.APPEND, 2);
    try (var one = writer(definition, "one");
        var other = writer(definition, "other")) {
      var fence = claim(one, 0).fence();
      assertThat(claim(other, 0).fence()).isGreaterThan(fence);
      assertThat(claim(one, 0).fence()).isGreaterThan(fence + 1);
    }
  }

  @Test
  void takesOverSeveralPartitionsTogetherAndNamesThoseThatAreThere() throws Exception {
    var definition = migrated(LoadMode.APPEND, 2);
    try (var former = writer(definition, "former");
        var successor = writer(definition, "successor")) {
      var old = former.claim(List.of(1, 0));
      assertThat(old).extracting(PartitionClaim::partition).containsExactlyInAnyOrder(0, 1);
      var claims = successor.claim(List.of(0, 1, 9));
      assertThat(claims).extracting(PartitionClaim::partition).containsExactlyInAnyOrder(0, 1);
      for (var claim : old) {
        assertThat(
                former.write(
                    batch(former, claim.partition(), 0, "late"), advance(claim, 0, 1), OPEN))
            .isEqualTo(new WriteResult.Overtaken());
      }
      for (var claim : claims) {
        assertThat(
                successor.write(
                    batch(successor, claim.partition(), 0, "right"), advance(claim, 0, 1), OPEN))
            .isEqualTo(new WriteResult.Stored(1, 0, 0));
      }
      assertThat(successor.claim(List.of(9))).isEmpty();
    }
  }

  /** A claim says what the store has, whether or not it took the partition over. */
  @Test
  void aClaimOfAnotherSchemaOrTopicSaysSo() throws Exception {
    var definition = migrated(LoadMode.APPEND, 2);
    var wider =
        Pipelines.schema(
            List.of("id"),
            new Field("id", FieldType.INT64, true, null),
            new Field("name", FieldType.STRING, false, null),
            new Field("more", FieldType.STRING, false, null));
    try (var writer = writer(definition)) {
      migrate(definition(wider, LoadMode.APPEND, TOPIC, 2, null));
      var claim = claim(writer, 0);
      assertThat(claim.schemaHash()).isEqualTo(wider.hash());
      assertThat(writer.write(batch(writer, 0, 0, "old"), advance(claim, 0, 1), OPEN))
          .isEqualTo(new WriteResult.Overtaken());
    }
    try (var writer = writer(definition(wider, LoadMode.APPEND, UUID.randomUUID(), 2, null))) {
      assertThat(claim(writer, 0).topicId()).isEqualTo(TOPIC);
    }
    assertThat(names(definition)).isEmpty();
  }

  @Test
  void writesNothingForAnOwnerThatWasOvertaken() throws Exception {
    var definition = migrated(LoadMode.APPEND, 2);
    try (var zombie = writer(definition, "zombie");
        var successor = writer(definition, "successor")) {
      var old = claim(zombie, 0);
      var current = claim(successor, 0);
      assertThat(zombie.write(batch(zombie, 0, 0, "late"), advance(old, 0, 1), OPEN))
          .isEqualTo(new WriteResult.Overtaken());
      assertThat(names(definition)).isEmpty();
      successor.write(batch(successor, 0, 0, "right"), advance(current, 0, 1), OPEN);
      assertThat(names(definition)).containsExactly("right");
    }
  }

  @Test
  void writesNothingWhenTheOffsetIsNotTheExpectedOneOrTheSchemaHasChanged() throws Exception {
    var definition = migrated(LoadMode.APPEND, 2);
    try (var writer = writer(definition)) {
      var claim = claim(writer, 0);
      assertThat(writer.write(batch(writer, 0, 3, "gap"), advance(claim, 3, 4), OPEN))
          .isEqualTo(new WriteResult.Overtaken());
      var wider =
          Pipelines.schema(
              List.of("id"),
              new Field("id", FieldType.INT64, true, null),
              new Field("name", FieldType.STRING, false, null),
              new Field("more", FieldType.STRING, false, null));
      migrate(definition(wider, LoadMode.APPEND, TOPIC, 2, null));
      assertThat(writer.write(batch(writer, 0, 0, "old schema"), advance(claim, 0, 1), OPEN))
          .isEqualTo(new WriteResult.Overtaken());
      assertThat(claim(writer, 0).schemaHash()).isEqualTo(wider.hash());
      assertThat(names(definition)).isEmpty();
    }
  }

  @Test
  void storesNothingOfAnyPartitionWhenOneWasOvertaken() throws Exception {
    var definition = migrated(LoadMode.APPEND, 2);
    try (var first = writer(definition, "first");
        var second = writer(definition, "second")) {
      var zero = claim(first, 0);
      var one = claim(first, 1);
      claim(second, 1);
      var batch = batch(first, 0, 0, "zero");
      add(batch, arrival.from(1, 1, 0), 7, "one");
      assertThat(
              first.write(
                  batch,
                  List.of(
                      new PartitionAdvance(0, zero.fence(), 0, 1, null),
                      new PartitionAdvance(1, one.fence(), 0, 1, null)),
                  OPEN))
          .isEqualTo(new WriteResult.Overtaken());
      assertThat(claim(first, 0).nextOffset()).isZero();
      assertThat(names(definition)).isEmpty();
    }
  }

  @Test
  void storesABatchOfSeveralPartitions() throws Exception {
    var definition = migrated(LoadMode.APPEND, 2);
    try (var writer = writer(definition)) {
      var zero = claim(writer, 0);
      var one = claim(writer, 1);
      var batch = batch(writer, 0, 0, "zero");
      add(batch, arrival.from(1, 1, 0), 7, "one");
      assertThat(
              writer.write(
                  batch,
                  List.of(
                      new PartitionAdvance(0, zero.fence(), 0, 1, 4),
                      new PartitionAdvance(1, one.fence(), 0, 3, null)),
                  OPEN))
          .isEqualTo(new WriteResult.Stored(2, 0, 0));
      assertThat(claim(writer, 0).nextOffset()).isEqualTo(1);
      assertThat(claim(writer, 0).leaderEpoch()).isEqualTo(4);
      assertThat(claim(writer, 1).nextOffset()).isEqualTo(3);
      assertThat(claim(writer, 1).leaderEpoch()).isNull();
      assertThat(names(definition)).containsExactly("zero", "one");
    }
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void storesABatchOnceThoughItIsWrittenAgain(LoadMode mode) throws Exception {
    var definition = migrated(mode, 1);
    try (var writer = writer(definition)) {
      var claim = claim(writer, 0);
      var batch = batch(writer, 0, 0, "a", "b");
      writer.write(batch, advance(claim, 0, 2), OPEN);
      assertThat(writer.write(batch, advance(claim, 0, 2), OPEN))
          .isEqualTo(new WriteResult.Overtaken());
      assertThat(names(definition)).containsExactly("a", "b");
    }
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void storesNothingWhenTheGateStaysShut(LoadMode mode) throws Exception {
    var definition = migrated(mode, 2);
    try (var writer = writer(definition)) {
      var claim = claim(writer, 0);
      assertThatThrownBy(
              () ->
                  writer.write(
                      batch(writer, 0, 0, "a"),
                      advance(claim, 0, 1),
                      rejected -> {
                        throw new IllegalStateException("shut");
                      }))
          .hasMessage("shut");
      assertThat(names(definition)).isEmpty();
      assertThat(writer.write(batch(writer, 0, 0, "a"), advance(claim, 0, 1), OPEN))
          .isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(names(definition)).containsExactly("a");
    }
  }

  /** The next commit must not include the failed batch. */
  @Test
  void storesNothingOfABatchForWhichMemoryRanOut() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      var first = claim(writer, 0);
      assertThatThrownBy(
              () ->
                  writer.write(
                      batch(writer, 0, 0, "lost"),
                      advance(first, 0, 1),
                      rejected -> {
                        throw new OutOfMemoryError("made up");
                      }))
          .isInstanceOf(OutOfMemoryError.class);
      var next = claim(writer, 0);
      assertThat(next.nextOffset()).isZero();
      writer.write(batch(writer, 0, 0, "right"), advance(next, 0, 1), OPEN);
      assertThat(names(definition)).containsExactly("right");
    }
  }

  @Test
  void storesNothingWhenTheConnectionBreaksBeforeTheCommitAndGoesOn() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      var claim = claim(writer, 0);
      assumeTrue(store.cutConnections());
      // The writer may notice only now.
      var first = claimAnew(writer, claim.fence());
      assertThatThrownBy(
              () ->
                  writer.write(
                      batch(writer, 0, 0, "lost"),
                      advance(claim(writer, 0), 0, 1),
                      rejected -> store.cutConnections()))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(names(definition)).isEmpty();
      assertThat(claimAnew(writer, first)).isGreaterThan(first);
      assertThat(claim(writer, 0).nextOffset()).isZero();
      assertThat(write(writer, batch(writer, 0, 0, "right"), 0, 1))
          .isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(names(definition)).containsExactly("right");
    }
  }

  /** A claim may be the first to meet a broken connection; the second has another. */
  private static long claimAnew(StoreWriter writer, long former) throws StoreUnavailableException {
    try {
      return claim(writer, 0).fence();
    } catch (StoreUnavailableException e) {
      var fence = claim(writer, 0).fence();
      assertThat(fence).isGreaterThan(former);
      return fence;
    }
  }

  @Test
  void saysThatAPartitionIsNotPreparedYet() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND, 1))) {
      writer.probe();
      assertThat(writer.claim(9)).isEmpty();
    }
  }
}
