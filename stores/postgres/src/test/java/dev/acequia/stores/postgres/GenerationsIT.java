package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.testkit.Pipelines.kafkaId;
import static dev.acequia.stores.testkit.Pipelines.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.Lineage.Generation;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.TopicLog;
import dev.acequia.stores.TopicLog.Cut;
import dev.acequia.stores.TopicLog.EpochCheck;
import dev.acequia.stores.WriteResult;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A log that was cut holds other records at the same offsets: they are stored, and win. */
class GenerationsIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Schema SCHEMA =
      schema(
          List.of("id"),
          new Field("id", FieldType.INT64, true, null),
          new Field("name", FieldType.STRING, false, null));
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};
  private static final EpochCheck NOT_CUT = (partition, offset, epoch) -> Optional.empty();

  private final Warehouse warehouse = Warehouse.create();
  private final Row row = new Row(SCHEMA);
  private final Arrival arrival = new Arrival();

  private static PipelineDefinition accepting(
      LoadMode mode, int partitions, @Nullable Integer partition, String to) {
    return definition(
        SCHEMA, mode, TOPIC, partitions, new AcceptedOffsets(kafkaId(TOPIC), partition, to));
  }

  private void migrate(PipelineDefinition definition, long end, EpochCheck epochs)
      throws Exception {
    migrate(definition, end, null, epochs);
  }

  private void migrate(
      PipelineDefinition definition, long end, @Nullable Integer epoch, EpochCheck epochs)
      throws Exception {
    StoreMigration.open(definition, warehouse.migrationEnvironment())
        .migrate(
            new TopicLog(
                definition.topic().uuid(),
                IntStream.range(0, definition.topic().partitions())
                    .mapToObj(partition -> new TopicLog.Range(0, end, epoch))
                    .toList(),
                epochs));
  }

  private StoreWriter writer(PipelineDefinition definition) {
    return StoreWriter.open(definition, warehouse.writerEnvironment("pod"));
  }

  private void add(StoreBatch batch, PartitionClaim claim, long offset, long id, String name)
      throws BadRecordException {
    var json = ("{\"id\":" + id + ",\"name\":\"" + name + "\"}").getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decode(json, 0, json.length, row);
    batch.add(row, arrival.from(claim.lineage().at(offset), claim.partition(), offset));
  }

  /** Reads from where the store is to an offset, each record with its own offset as id. */
  private WriteResult load(
      PipelineDefinition definition, long to, @Nullable Integer epoch, String name)
      throws Exception {
    try (var writer = writer(definition)) {
      var claim = writer.claim(0).orElseThrow();
      var batch = writer.newBatch();
      if (claim.isReplaying()) {
        batch.expectDuplicates();
      }
      for (var offset = claim.nextOffset(); offset < to; offset++) {
        add(batch, claim, offset, offset, name);
      }
      return writer.write(
          batch,
          List.of(new PartitionAdvance(0, claim.fence(), claim.nextOffset(), to, epoch)),
          OPEN);
    }
  }

  private List<String> names() throws Exception {
    return warehouse.rows("SELECT name FROM ops.flights ORDER BY id, _generation, _offset");
  }

  private PartitionClaim claim(PipelineDefinition definition) throws Exception {
    try (var writer = writer(definition)) {
      return writer.claim(0).orElseThrow();
    }
  }

  @Test
  void storesWhatCameAfterACutThoughItsOffsetsWereReadBefore() throws Exception {
    for (var mode : LoadMode.values()) {
      migrate(definition(SCHEMA, mode, TOPIC, 1, null), 4, NOT_CUT);
      load(definition(SCHEMA, mode, TOPIC, 1, null), 4, null, "old");

      var accepted = accepting(mode, 1, null, "2");
      migrate(accepted, 2, NOT_CUT);
      assertThat(load(accepted, 4, null, "new")).isEqualTo(new WriteResult.Stored(2, 0, 0));

      assertThat(names())
          .containsExactlyElementsOf(
              switch (mode) {
                case APPEND -> List.of("old", "old", "old", "new", "old", "new");
                case UPSERT -> List.of("old", "old", "new", "new");
              });
      StoreMigration.open(accepted, warehouse.migrationEnvironment()).drop();
    }
  }

  /** The log has grown past what was read: only the epochs tell. */
  @Test
  void readsWhatWasNotCutUnderItsOwnGeneration() throws Exception {
    for (var mode : LoadMode.values()) {
      migrate(definition(SCHEMA, mode, TOPIC, 1, null), 4, NOT_CUT);
      load(definition(SCHEMA, mode, TOPIC, 1, null), 4, 7, "old");
      assertThat(claim(definition(SCHEMA, mode, TOPIC, 1, null)).leaderEpoch()).isEqualTo(7);

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

      assertThat(names())
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
      StoreMigration.open(accepted, warehouse.migrationEnvironment()).drop();
    }
  }

  @Test
  void aJumpOverWhatRetentionRemovedIsNoCut() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, NOT_CUT);
    load(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, 7, "old");
    var accepted = accepting(LoadMode.APPEND, 1, null, "6");
    migrate(accepted, 9, NOT_CUT);
    assertThat(claim(accepted).lineage()).isEqualTo(Lineage.of(1));
  }

  /** Kafka says that it is not cut; its end was asked for before the consumer read on. */
  @Test
  void aConsumerThatReadsOnMeanwhileMakesNoCut() throws Exception {
    for (var to : List.of("earliest", "latest")) {
      migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, 7, NOT_CUT);
      load(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 6, 7, "old");
      var accepted = accepting(LoadMode.APPEND, 1, null, to);
      migrate(accepted, 4, 7, NOT_CUT);
      assertThat(claim(accepted).lineage()).isEqualTo(Lineage.of(1));
      load(accepted, 6, 7, "again");
      load(accepted, 8, 7, "new");
      assertThat(names()).containsExactly("old", "old", "old", "old", "old", "old", "new", "new");
      StoreMigration.open(accepted, warehouse.migrationEnvironment()).drop();
    }
  }

  /** Former versions stored no epoch. */
  @Test
  void aConsumerWithoutEpochsThatReadsOnMeanwhileMakesNoCut() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, NOT_CUT);
    load(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 6, null, "old");
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
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, NOT_CUT);
    load(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, 7, "old");
    migrate(
        accepting(LoadMode.APPEND, 1, null, "2"),
        4,
        (partition, offset, epoch) -> {
          try {
            load(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 5, 7, "meanwhile");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          return Optional.empty();
        });
    assertThat(names()).containsExactly("old", "old", "old", "old", "meanwhile");
  }

  /** What Kafka said of a row that has moved is void, and it is asked again. */
  @Test
  void consumersDoNotWaitForKafkasSecondAnswerEither() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, NOT_CUT);
    load(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, 7, "old");
    var offsets = new ArrayList<Long>();
    migrate(
        accepting(LoadMode.APPEND, 1, null, "2"),
        6,
        (partition, offset, epoch) -> {
          offsets.add(offset);
          try {
            if (offset < 6) {
              load(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), offset + 1, 7, "meanwhile");
            }
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          return Optional.of(new Cut(OptionalLong.of(3)));
        });
    assertThat(offsets).containsExactly(4L, 5L, 6L);
    assertThat(claim(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null)).lineage())
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
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, 7, now(2, 5, 1));
    assertThat(nextOffsets()).containsExactly("2");
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 2, null), 4, 7, now(3, 6, 2));
    assertThat(nextOffsets()).containsExactly("2", "3");
    migrate(accepting(LoadMode.APPEND, 2, null, "earliest"), 4, 7, now(4, 7, 2));
    assertThat(nextOffsets()).containsExactly("4", "4");
    migrate(accepting(LoadMode.APPEND, 2, null, "latest"), 4, 7, now(5, 8, 2));
    assertThat(nextOffsets()).containsExactly("8", "8");
  }

  /** A word came between, and this migration's topic is gone. */
  @Test
  void aMigrationOfATopicThatWasReplacedMeanwhileChangesNothing() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, NOT_CUT);
    var other = UUID.randomUUID();
    var replaced =
        new EpochCheck() {
          @Override
          public Optional<Cut> cut(int partition, long offset, int leaderEpoch) {
            return Optional.empty();
          }

          @Override
          public List<TopicLog.Range> ranges() {
            try {
              warehouse.asSuperuser(
                  "UPDATE ops._acequia_offsets_flights SET topic_id = '" + other + "'");
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
            return List.of();
          }
        };
    assertThatThrownBy(
            () -> migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 2, null), 4, replaced))
        .isInstanceOf(TerminationException.class);
    assertThat(warehouse.rows("SELECT partition, topic_id FROM ops._acequia_offsets_flights"))
        .containsExactly("0|" + other);
  }

  @Test
  void aClaimThatWaitedForAMigrationKnowsTheGenerationThatItBegan() throws Exception {
    var plain = definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null);
    migrate(plain, 4, NOT_CUT);
    try (var migration = warehouse.connect(warehouse.admin(), Warehouse.ADMIN_PASSWORD);
        var statement = migration.createStatement();
        var writer = writer(plain)) {
      writer.probe();
      migration.setAutoCommit(false);
      statement.execute(
          "UPDATE ops._acequia_offsets_flights SET next_offset = 2, fence = fence + 1");
      var claim =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return writer.claim(0).orElseThrow();
                } catch (StoreUnavailableException e) {
                  throw new IllegalStateException(e);
                }
              });
      await()
          .until(
              () ->
                  !warehouse
                      .rows("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                      .isEmpty());
      statement.execute(
          "INSERT INTO ops._acequia_generations_flights (partition, generation, topic_id, from_offset) VALUES (0, 2, '"
              + TOPIC
              + "', 2)");
      migration.commit();
      assertThat(claim.get().nextOffset()).isEqualTo(2);
      assertThat(claim.get().lineage())
          .isEqualTo(new Lineage(List.of(new Generation(1, 0), new Generation(2, 2))));
    }
  }

  /** What is read anew stands at the offsets of records that were lost. */
  @Test
  void aLogThatWasCutBeforeItsTableIsFilledAnewHasANewGeneration() throws Exception {
    var plain = definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null);
    migrate(plain, 4, NOT_CUT);
    load(plain, 4, 7, "old");
    warehouse.asSuperuser("DROP TABLE ops.flights");
    EpochCheck cut =
        (partition, offset, epoch) -> {
          assertThat(List.of(partition, offset, epoch)).isEqualTo(List.of(0, 4L, 7));
          return Optional.of(new Cut(OptionalLong.of(3)));
        };
    assertThatThrownBy(() -> migrate(plain, 9, cut)).hasMessageContaining("is gone");
    warehouse.asSuperuser("DROP TABLE IF EXISTS " + String.join(", ", refilled()));
    migrate(plain, 9, cut);
    assertThat(claim(plain).nextOffset()).isZero();
    assertThat(claim(plain).lineage())
        .isEqualTo(new Lineage(List.of(new Generation(1, 0), new Generation(2, 3))));

    // Nothing has been noted since, and the same cut is not found twice.
    warehouse.asSuperuser("DROP TABLE IF EXISTS " + String.join(", ", refilled()));
    migrate(plain, 9, cut);
    assertThat(claim(plain).lineage().generations()).hasSize(2);
  }

  /** The log is compared at the end of what was read, which a replay is behind. */
  @Test
  void aCutAheadOfAReplayIsNoticedThoughTheTableIsFilledAnew() throws Exception {
    var plain = definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null);
    migrate(plain, 4, NOT_CUT);
    load(plain, 4, 7, "old");
    warehouse.asSuperuser(
        "UPDATE ops._acequia_offsets_flights SET next_offset = 1, replay = gen_random_uuid(), replay_from = 1, replay_until = 4, replay_resume = 4, replay_resume_epoch = 7",
        "DROP TABLE ops.flights");
    var asked = new ArrayList<Long>();
    EpochCheck cut =
        (partition, offset, epoch) -> {
          asked.add(offset);
          return Optional.of(new Cut(OptionalLong.of(3)));
        };
    assertThatThrownBy(() -> migrate(plain, 9, cut)).hasMessageContaining("is gone");
    warehouse.asSuperuser("DROP TABLE IF EXISTS " + String.join(", ", refilled()));
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
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, unasked);
    load(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, 7, "old");
    migrate(accepted, 4, NOT_CUT);
    migrate(accepted, 4, unasked);
    assertThat(claim(accepted).nextOffset()).isEqualTo(2);
  }

  @Test
  void anotherTopicHasGenerationsOfItsOwnForAllItsPartitions() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 2, null), 4, NOT_CUT);
    var other = UUID.randomUUID();
    for (var partitions : List.of(2, 3)) {
      migrate(
          definition(
              SCHEMA,
              LoadMode.APPEND,
              other,
              partitions,
              new AcceptedOffsets(kafkaId(other), null, "earliest")),
          4,
          NOT_CUT);
    }
    assertThat(
            warehouse.rows(
                "SELECT partition, generation, topic_id, from_offset FROM ops._acequia_generations_flights ORDER BY 2, 1"))
        .containsExactly(
            "0|1|" + TOPIC + "|0",
            "1|1|" + TOPIC + "|0",
            "0|2|" + other + "|0",
            "1|2|" + other + "|0",
            "2|2|" + other + "|0");
  }

  /** A word about what was there: a partition that is made later is read from its beginning. */
  @Test
  void aWordIsNotGoodForPartitionsThatCameLater() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 500, NOT_CUT);
    migrate(accepting(LoadMode.APPEND, 1, null, "latest"), 500, NOT_CUT);
    migrate(accepting(LoadMode.APPEND, 2, null, "latest"), 500, NOT_CUT);
    migrate(accepting(LoadMode.APPEND, 2, null, "latest"), 500, NOT_CUT);
    assertThat(nextOffsets()).containsExactly("500", "0");
  }

  @Test
  void aWordIsNotGoodForATableThatIsFilledAnew() throws Exception {
    var accepted = accepting(LoadMode.APPEND, 1, null, "latest");
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 500, NOT_CUT);
    migrate(accepted, 500, NOT_CUT);
    warehouse.asSuperuser("DROP TABLE " + String.join(", ", refilled()));
    migrate(accepted, 500, NOT_CUT);
    migrate(accepted, 500, NOT_CUT);
    assertThat(nextOffsets()).containsExactly("0");
  }

  /** It was said of what is there no more. */
  @Test
  void aWordOfBeforeIsNotGoodForATableThatIsFilledAnewThoughAnotherCameBetween() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 500, NOT_CUT);
    for (var to : List.of("latest", "100")) {
      migrate(accepting(LoadMode.APPEND, 1, null, to), 500, NOT_CUT);
    }
    warehouse.asSuperuser("DROP TABLE " + String.join(", ", refilled()));
    for (var to : List.of("100", "latest")) {
      migrate(accepting(LoadMode.APPEND, 1, null, to), 500, NOT_CUT);
    }
    assertThat(nextOffsets()).containsExactly("0");
  }

  /** So that a cut is told before anything was read from there. */
  @Test
  void anOffsetThatNothingWasReadBeforeHasTheEpochOfTheLog() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 2, null), 500, 3, NOT_CUT);
    var definition = definition(SCHEMA, LoadMode.APPEND, TOPIC, 2, null);
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
            SCHEMA, LoadMode.APPEND, other, 2, new AcceptedOffsets(kafkaId(other), null, "latest")),
        500,
        1,
        NOT_CUT);
    assertThat(claim(definition).leaderEpoch()).isEqualTo(1);
  }

  @Test
  void aTableThatIsFilledAnewTakesNothingFromAClaimOfBefore() throws Exception {
    var definition = definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null);
    for (var fill = 0; fill < 3; fill++) {
      migrate(definition, 4, NOT_CUT);
      try (var zombie = writer(definition)) {
        var former = zombie.claim(0).orElseThrow();
        warehouse.asSuperuser("DROP TABLE " + String.join(", ", refilled()));
        migrate(definition, 4, NOT_CUT);
        assertThat(claim(definition).fence()).isGreaterThan(former.fence());
        var batch = zombie.newBatch();
        add(batch, former, 0, 0, "late");
        assertThat(
                zombie.write(
                    batch, List.of(new PartitionAdvance(0, former.fence(), 0, 1, null)), OPEN))
            .isEqualTo(new WriteResult.Overtaken());
      }
    }
  }

  @Test
  void anAcceptedTopicWithFewerPartitionsGoesOn() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 3, null), 4, NOT_CUT);
    var other = UUID.randomUUID();
    for (var partitions : List.of(1, 1, 2)) {
      migrate(
          definition(
              SCHEMA,
              LoadMode.APPEND,
              other,
              partitions,
              new AcceptedOffsets(kafkaId(other), null, "latest")),
          4,
          NOT_CUT);
    }
    // Partition 1 came back when the topic had grown.
    assertThat(nextOffsets()).containsExactly("4", "0");
  }

  /** As GitOps does, when an old revision is brought back. */
  @Test
  void aWordThatComesBackAfterAnotherIsNotAppliedAgain() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 500, NOT_CUT);
    for (var to : List.of("100", "200", "100")) {
      migrate(accepting(LoadMode.APPEND, 1, null, to), 500, NOT_CUT);
    }
    assertThat(nextOffsets()).containsExactly("200");
  }

  @Test
  void aTableThatIsFilledAnewGoesOnWithItsGenerations() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, NOT_CUT);
    load(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, null, "old");
    var accepted = accepting(LoadMode.APPEND, 1, null, "2");
    migrate(accepted, 2, NOT_CUT);
    warehouse.asSuperuser("DROP TABLE " + String.join(", ", refilled()));
    migrate(accepted, 6, NOT_CUT);
    assertThat(claim(accepted).lineage())
        .isEqualTo(new Lineage(List.of(new Generation(1, 0), new Generation(2, 2))));
  }

  private List<String> refilled() throws Exception {
    return new TableNames("ops", "flights")
        .refilled().stream().filter(table -> !table.contains("deleted")).toList();
  }

  private List<String> nextOffsets() throws Exception {
    return warehouse.rows(
        "SELECT next_offset FROM ops._acequia_offsets_flights ORDER BY partition");
  }
}
