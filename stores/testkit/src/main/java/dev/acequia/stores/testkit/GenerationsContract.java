package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.Lineage.Generation;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.TopicLog;
import dev.acequia.stores.TopicLog.Cut;
import dev.acequia.stores.TopicLog.EpochCheck;
import dev.acequia.stores.WriteResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A log that was cut holds other records at the same offsets: they are stored, and win. */
public abstract class GenerationsContract extends StoreContract {
  private static final EpochCheck NOT_CUT = (partition, offset, epoch) -> Optional.empty();

  protected GenerationsContract(StoreFixture store) {
    super(store);
  }

  private PipelineDefinition accepting(
      LoadMode mode, int partitions, @Nullable Integer partition, String to) {
    return definition(
        SCHEMA,
        mode,
        TOPIC,
        partitions,
        new AcceptedOffsets(Pipelines.kafkaId(TOPIC), partition, to));
  }

  private void migrate(PipelineDefinition definition, long end, EpochCheck epochs)
      throws Exception {
    migrate(definition, end, null, epochs);
  }

  private void migrate(
      PipelineDefinition definition, long end, @Nullable Integer epoch, EpochCheck epochs)
      throws Exception {
    migrate(
        definition,
        new TopicLog(
            definition.topic().uuid(),
            IntStream.range(0, definition.topic().partitions())
                .mapToObj(partition -> new TopicLog.Range(0, end, epoch))
                .toList(),
            epochs));
  }

  /** Reads from where the store is to an offset, each record with its own offset as id. */
  private WriteResult load(
      PipelineDefinition definition, long to, @Nullable Integer epoch, String name)
      throws Exception {
    try (var writer = writer(definition)) {
      var claim = claim(writer, 0);
      var batch = writer.newBatch();
      if (claim.isReplaying()) {
        batch.expectDuplicates();
      }
      for (var offset = claim.nextOffset(); offset < to; offset++) {
        add(batch, arrival.from(claim.lineage().at(offset), 0, offset), offset, name);
      }
      return writer.write(
          batch,
          List.of(new PartitionAdvance(0, claim.fence(), claim.nextOffset(), to, epoch)),
          OPEN);
    }
  }

  private PartitionClaim claim(PipelineDefinition definition) throws Exception {
    try (var writer = writer(definition)) {
      return claim(writer, 0);
    }
  }

  @Test
  void storesWhatCameAfterACutThoughItsOffsetsWereReadBefore() throws Exception {
    for (var mode : LoadMode.values()) {
      migrate(definition(mode, 1), 4, NOT_CUT);
      load(definition(mode, 1), 4, null, "old");

      var accepted = accepting(mode, 1, null, "2");
      migrate(accepted, 2, NOT_CUT);
      assertThat(load(accepted, 4, null, "new")).isEqualTo(new WriteResult.Stored(2, 0, 0));

      assertThat(names(accepted))
          .containsExactlyElementsOf(
              switch (mode) {
                case APPEND -> List.of("old", "old", "old", "new", "old", "new");
                case UPSERT -> List.of("old", "old", "new", "new");
              });
      drop(accepted);
    }
  }

  /** The log has grown past what was read: only the epochs tell. */
  @Test
  void readsWhatWasNotCutUnderItsOwnGeneration() throws Exception {
    for (var mode : LoadMode.values()) {
      migrate(definition(mode, 1), 4, NOT_CUT);
      load(definition(mode, 1), 4, 7, "old");
      assertThat(claim(definition(mode, 1)).leaderEpoch()).isEqualTo(7);

      var accepted = accepting(mode, 1, null, "1");
      migrate(
          accepted,
          9,
          (partition, offset, epoch) -> {
            assertThat(List.of(partition, offset, epoch)).isEqualTo(List.of(0, 4L, 7));
            return Optional.of(new Cut(OptionalLong.of(3)));
          });
      var claim = claim(accepted);
      assertThat(claim.nextOffset()).isEqualTo(1);
      assertThat(claim.leaderEpoch()).isNull();
      assertThat(claim.lineage())
          .isEqualTo(new Lineage(List.of(new Generation(1, 0), new Generation(2, 3))));
      // Up to the cut it is a replay; what follows is new.
      assertThat(claim.replay())
          .isNotNull()
          .extracting(PartitionReplay::from, PartitionReplay::until, PartitionReplay::resume)
          .containsExactly(1L, 3L, 3L);
      load(accepted, 9, 8, "again");

      assertThat(names(accepted))
          .containsExactlyElementsOf(
              switch (mode) {
                case APPEND ->
                    List.of(
                        "old", "old", "old", "old", "again", "again", "again", "again", "again",
                        "again");
                case UPSERT ->
                    List.of(
                        "old", "again", "again", "again", "again", "again", "again", "again",
                        "again");
              });
      drop(accepted);
    }
  }

  @Test
  void aJumpOverWhatRetentionRemovedIsNoCut() throws Exception {
    migrate(definition(LoadMode.APPEND, 1), 4, NOT_CUT);
    load(definition(LoadMode.APPEND, 1), 4, 7, "old");
    var accepted = accepting(LoadMode.APPEND, 1, null, "6");
    migrate(accepted, 9, NOT_CUT);
    assertThat(claim(accepted).lineage()).isEqualTo(Lineage.of(1));
  }

  /** Kafka says that it is not cut; its end was asked for before the consumer read on. */
  @Test
  void aConsumerThatReadsOnMeanwhileMakesNoCut() throws Exception {
    for (var to : List.of("earliest", "latest")) {
      migrate(definition(LoadMode.APPEND, 1), 4, 7, NOT_CUT);
      load(definition(LoadMode.APPEND, 1), 6, 7, "old");
      var accepted = accepting(LoadMode.APPEND, 1, null, to);
      migrate(accepted, 4, 7, NOT_CUT);
      assertThat(claim(accepted).lineage()).isEqualTo(Lineage.of(1));
      assertThat(claim(accepted).nextOffset()).isEqualTo(to.equals("latest") ? 6 : 0);
      load(accepted, 6, 7, "again");
      load(accepted, 8, 7, "new");
      assertThat(names(accepted))
          .containsExactly("old", "old", "old", "old", "old", "old", "new", "new");
      drop(accepted);
    }
  }

  /** Former versions stored no epoch. */
  @Test
  void aConsumerWithoutEpochsThatReadsOnMeanwhileMakesNoCut() throws Exception {
    migrate(definition(LoadMode.APPEND, 1), 4, NOT_CUT);
    load(definition(LoadMode.APPEND, 1), 6, null, "old");
    var accepted = accepting(LoadMode.APPEND, 1, null, "earliest");
    migrate(
        accepted,
        4,
        new EpochCheck() {
          @Override
          public Optional<Cut> cut(int partition, long offset, int leaderEpoch) {
            throw new AssertionError("asked without an epoch");
          }

          @Override
          public List<TopicLog.Range> ranges() {
            return List.of(new TopicLog.Range(0, 6, null));
          }
        });
    assertThat(claim(accepted).lineage()).isEqualTo(Lineage.of(1));
  }

  @Test
  void consumersDoNotWaitForKafkasAnswer() throws Exception {
    migrate(definition(LoadMode.APPEND, 1), 4, NOT_CUT);
    load(definition(LoadMode.APPEND, 1), 4, 7, "old");
    migrate(
        accepting(LoadMode.APPEND, 1, null, "2"),
        4,
        (partition, offset, epoch) -> {
          try {
            load(definition(LoadMode.APPEND, 1), 5, 7, "meanwhile");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          return Optional.empty();
        });
    assertThat(names(definition(LoadMode.APPEND, 1)))
        .containsExactly("old", "old", "old", "old", "meanwhile");
  }

  /** What Kafka said of a row that has moved is void, and it is asked again. */
  @Test
  void consumersDoNotWaitForKafkasSecondAnswerEither() throws Exception {
    migrate(definition(LoadMode.APPEND, 1), 4, NOT_CUT);
    load(definition(LoadMode.APPEND, 1), 4, 7, "old");
    var offsets = new ArrayList<Long>();
    migrate(
        accepting(LoadMode.APPEND, 1, null, "2"),
        6,
        (partition, offset, epoch) -> {
          offsets.add(offset);
          try {
            if (offset < 6) {
              load(definition(LoadMode.APPEND, 1), offset + 1, 7, "meanwhile");
            }
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          return Optional.of(new Cut(OptionalLong.of(3)));
        });
    assertThat(offsets).containsExactly(4L, 5L, 6L);
    assertThat(claim(definition(LoadMode.APPEND, 1)).lineage())
        .isEqualTo(new Lineage(List.of(new Generation(1, 0), new Generation(2, 3))));
  }

  /** Kafka's answer when the rows are to be locked, hours after a migration began. */
  private static EpochCheck now(long beginning, long end, int partitions) {
    return new EpochCheck() {
      @Override
      public Optional<Cut> cut(int partition, long offset, int leaderEpoch) {
        return Optional.empty();
      }

      @Override
      public List<TopicLog.Range> ranges() {
        return Collections.nCopies(partitions, new TopicLog.Range(beginning, end, 7));
      }
    };
  }

  @Test
  void newPartitionsAndAcceptedOffsetsGoByWhatTheLogHoldsNow() throws Exception {
    migrate(definition(LoadMode.APPEND, 1), 4, 7, now(2, 5, 1));
    assertThat(nextOffsets()).containsExactly(2L);
    migrate(definition(LoadMode.APPEND, 2), 4, 7, now(3, 6, 2));
    assertThat(nextOffsets()).containsExactly(2L, 3L);
    migrate(accepting(LoadMode.APPEND, 2, null, "earliest"), 4, 7, now(4, 7, 2));
    assertThat(nextOffsets()).containsExactly(4L, 4L);
    migrate(accepting(LoadMode.APPEND, 2, null, "latest"), 4, 7, now(5, 8, 2));
    assertThat(nextOffsets()).containsExactly(8L, 8L);
  }

  /** What is read anew stands at the offsets of records that were lost. */
  @Test
  void aLogThatWasCutBeforeItsTableIsFilledAnewHasANewGeneration() throws Exception {
    var plain = definition(LoadMode.APPEND, 1);
    migrate(plain, 4, NOT_CUT);
    load(plain, 4, 7, "old");
    store.dropTable(plain);
    EpochCheck cut =
        (partition, offset, epoch) -> {
          assertThat(List.of(partition, offset, epoch)).isEqualTo(List.of(0, 4L, 7));
          return Optional.of(new Cut(OptionalLong.of(3)));
        };
    assertThatThrownBy(() -> migrate(plain, 9, cut)).isInstanceOf(TerminationException.class);
    store.refill(plain);
    migrate(plain, 9, cut);
    assertThat(claim(plain).nextOffset()).isZero();
    assertThat(claim(plain).lineage())
        .isEqualTo(new Lineage(List.of(new Generation(1, 0), new Generation(2, 3))));

    // Nothing has been noted since, and the same cut is not found twice.
    store.refill(plain);
    migrate(plain, 9, cut);
    assertThat(claim(plain).lineage().generations()).hasSize(2);
  }

  /** The log is compared at the end of what was read, which a replay is behind. */
  @Test
  void aCutAheadOfAReplayIsNoticedThoughTheTableIsFilledAnew() throws Exception {
    var plain = definition(LoadMode.APPEND, 1);
    migrate(plain, 4, NOT_CUT);
    load(plain, 4, 7, "old");
    try (var writer = writer(plain)) {
      writer.rewind(
          claim(writer, 0),
          new Rewind(1, null, new PartitionReplay(UUID.randomUUID(), 1, 4, 4, 7), true, null));
    }
    store.dropTable(plain);
    var asked = new ArrayList<Long>();
    EpochCheck cut =
        (partition, offset, epoch) -> {
          asked.add(offset);
          return Optional.of(new Cut(OptionalLong.of(3)));
        };
    assertThatThrownBy(() -> migrate(plain, 9, cut)).isInstanceOf(TerminationException.class);
    store.refill(plain);
    migrate(plain, 9, cut);
    assertThat(asked).containsExactly(4L);
    assertThat(claim(plain).lineage().generations()).hasSize(2);
  }

  @Test
  void asksForNoEpochsButWhenAWordIsApplied() throws Exception {
    EpochCheck unasked =
        (partition, offset, epoch) -> {
          throw new AssertionError("asked");
        };
    var accepted = accepting(LoadMode.APPEND, 1, null, "2");
    migrate(definition(LoadMode.APPEND, 1), 4, unasked);
    load(definition(LoadMode.APPEND, 1), 4, 7, "old");
    migrate(accepted, 4, NOT_CUT);
    migrate(accepted, 4, unasked);
    assertThat(claim(accepted).nextOffset()).isEqualTo(2);
  }

  @Test
  void anotherTopicHasGenerationsOfItsOwnForAllItsPartitions() throws Exception {
    migrate(definition(LoadMode.APPEND, 2), 4, NOT_CUT);
    var other = UUID.randomUUID();
    for (var partitions : List.of(2, 3)) {
      migrate(
          definition(
              SCHEMA,
              LoadMode.APPEND,
              other,
              partitions,
              new AcceptedOffsets(Pipelines.kafkaId(other), null, "earliest")),
          4,
          NOT_CUT);
    }
    try (var writer = writer(definition(LoadMode.APPEND, 3))) {
      for (var partition = 0; partition < 3; partition++) {
        var claim = claim(writer, partition);
        assertThat(claim.topicId()).isEqualTo(other);
        assertThat(claim.lineage()).isEqualTo(Lineage.of(2));
      }
    }
  }

  /** A word about what was there: a partition that is made later is read from its beginning. */
  @Test
  void aWordIsNotGoodForPartitionsThatCameLater() throws Exception {
    migrate(definition(LoadMode.APPEND, 1), 500, NOT_CUT);
    migrate(accepting(LoadMode.APPEND, 1, null, "latest"), 500, NOT_CUT);
    migrate(accepting(LoadMode.APPEND, 2, null, "latest"), 500, NOT_CUT);
    migrate(accepting(LoadMode.APPEND, 2, null, "latest"), 500, NOT_CUT);
    assertThat(nextOffsets()).containsExactly(500L, 0L);
  }

  @Test
  void aWordIsNotGoodForATableThatIsFilledAnew() throws Exception {
    var accepted = accepting(LoadMode.APPEND, 1, null, "latest");
    migrate(definition(LoadMode.APPEND, 1), 500, NOT_CUT);
    migrate(accepted, 500, NOT_CUT);
    store.refill(accepted);
    migrate(accepted, 500, NOT_CUT);
    migrate(accepted, 500, NOT_CUT);
    assertThat(nextOffsets()).containsExactly(0L);
  }

  /** It was said of what is there no more. */
  @Test
  void aWordOfBeforeIsNotGoodForATableThatIsFilledAnewThoughAnotherCameBetween() throws Exception {
    migrate(definition(LoadMode.APPEND, 1), 500, NOT_CUT);
    for (var to : List.of("latest", "100")) {
      migrate(accepting(LoadMode.APPEND, 1, null, to), 500, NOT_CUT);
    }
    store.refill(definition(LoadMode.APPEND, 1));
    for (var to : List.of("100", "latest")) {
      migrate(accepting(LoadMode.APPEND, 1, null, to), 500, NOT_CUT);
    }
    assertThat(nextOffsets()).containsExactly(0L);
  }

  /** So that a cut is told before anything was read from there. */
  @Test
  void anOffsetThatNothingWasReadBeforeHasTheEpochOfTheLog() throws Exception {
    migrate(definition(LoadMode.APPEND, 2), 500, 3, NOT_CUT);
    var definition = definition(LoadMode.APPEND, 2);
    assertThat(claim(definition).leaderEpoch()).isEqualTo(3);
    load(definition, 200, 3, "read");

    for (var to : List.of("latest", "100")) {
      migrate(accepting(LoadMode.APPEND, 2, 0, to), 500, 7, NOT_CUT);
      assertThat(claim(definition).leaderEpoch()).as(to).isEqualTo(7);
    }
    // Back from what was accepted before.
    assertThat(claim(definition).replay())
        .extracting(PartitionReplay::resume, PartitionReplay::resumeEpoch)
        .containsExactly(500L, 7);

    var other = UUID.randomUUID();
    migrate(
        definition(
            SCHEMA,
            LoadMode.APPEND,
            other,
            2,
            new AcceptedOffsets(Pipelines.kafkaId(other), null, "latest")),
        500,
        1,
        NOT_CUT);
    assertThat(claim(definition).leaderEpoch()).isEqualTo(1);
  }

  @Test
  void aTableThatIsFilledAnewTakesNothingFromAClaimOfBefore() throws Exception {
    var definition = definition(LoadMode.APPEND, 1);
    for (var fill = 0; fill < 3; fill++) {
      migrate(definition, 4, NOT_CUT);
      try (var zombie = writer(definition)) {
        var former = claim(zombie, 0);
        store.refill(definition);
        migrate(definition, 4, NOT_CUT);
        assertThat(claim(definition).fence()).isGreaterThan(former.fence());
        var batch = batch(zombie, 0, 0, "late");
        assertThat(
                zombie.write(
                    batch, List.of(new PartitionAdvance(0, former.fence(), 0, 1, null)), OPEN))
            .isEqualTo(new WriteResult.Overtaken());
      }
    }
  }

  @Test
  void anAcceptedTopicWithFewerPartitionsGoesOn() throws Exception {
    migrate(definition(LoadMode.APPEND, 3), 4, NOT_CUT);
    var other = UUID.randomUUID();
    for (var partitions : List.of(1, 1, 2)) {
      migrate(
          definition(
              SCHEMA,
              LoadMode.APPEND,
              other,
              partitions,
              new AcceptedOffsets(Pipelines.kafkaId(other), null, "latest")),
          4,
          NOT_CUT);
    }
    // Partition 1 came back when the topic had grown.
    assertThat(nextOffsets()).containsExactly(4L, 0L);
  }

  /** As GitOps does, when an old revision is brought back. */
  @Test
  void aWordThatComesBackAfterAnotherIsNotAppliedAgain() throws Exception {
    migrate(definition(LoadMode.APPEND, 1), 500, NOT_CUT);
    for (var to : List.of("100", "200", "100")) {
      migrate(accepting(LoadMode.APPEND, 1, null, to), 500, NOT_CUT);
    }
    assertThat(nextOffsets()).containsExactly(200L);
  }

  @Test
  void aTableThatIsFilledAnewGoesOnWithItsGenerations() throws Exception {
    migrate(definition(LoadMode.APPEND, 1), 4, NOT_CUT);
    load(definition(LoadMode.APPEND, 1), 4, null, "old");
    var accepted = accepting(LoadMode.APPEND, 1, null, "2");
    migrate(accepted, 2, NOT_CUT);
    store.refill(accepted);
    migrate(accepted, 6, NOT_CUT);
    assertThat(claim(accepted).lineage())
        .isEqualTo(new Lineage(List.of(new Generation(1, 0), new Generation(2, 2))));
  }
}
