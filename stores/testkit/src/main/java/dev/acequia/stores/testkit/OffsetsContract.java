package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.WriteResult;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where reading begins, and what a person may say about it. */
public abstract class OffsetsContract extends StoreContract {
  protected OffsetsContract(StoreFixture store) {
    super(store);
  }

  private PipelineDefinition accepting(UUID topicId, @Nullable Integer partition, String to) {
    return definition(
        SCHEMA,
        LoadMode.APPEND,
        topicId,
        2,
        new AcceptedOffsets(Pipelines.kafkaId(topicId), partition, to));
  }

  /** Reads partition 0 to an offset. */
  private void read(long to) throws Exception {
    try (var writer = writer(definition(LoadMode.APPEND, 2))) {
      var claim = claim(writer, 0);
      writer.write(writer.newBatch(), advance(claim, claim.nextOffset(), to), OPEN);
    }
  }

  @Test
  void startsNewPartitionsAtTheBeginningOfTheirLog() throws Exception {
    migrate(definition(LoadMode.APPEND, 2), Pipelines.log(TOPIC, 2, 7, 100));
    assertThat(offsets()).containsExactly("0|" + TOPIC + "|7", "1|" + TOPIC + "|7");
    read(42);
    migrate(definition(LoadMode.APPEND, 3), Pipelines.log(TOPIC, 3, 9, 100));
    assertThat(offsets())
        .containsExactly("0|" + TOPIC + "|42", "1|" + TOPIC + "|7", "2|" + TOPIC + "|9");
  }

  @Test
  void refusesATopicThatWasRecreatedUntilItsOffsetsAreAccepted() throws Exception {
    migrated(LoadMode.APPEND, 2);
    var other = UUID.randomUUID();
    var log = Pipelines.log(other, 2, 3, 9);

    var refusal =
        catchThrowableOfType(
                TerminationException.class,
                () -> migrate(definition(SCHEMA, LoadMode.APPEND, other, 2, null), log))
            .termination();
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.TopicRecreated);
    assertThat(refusal.message())
        .contains("./acequia offsets accept flights --namespace ops --to earliest|latest");
    assertThat(offsets()).containsExactly("0|" + TOPIC + "|0", "1|" + TOPIC + "|0");

    try (var zombie = writer(definition(LoadMode.APPEND, 2));
        var successor = writer(definition(SCHEMA, LoadMode.APPEND, other, 2, null))) {
      var claim = claim(zombie, 0);
      migrate(accepting(other, null, "earliest"), log);
      assertThat(offsets()).containsExactly("0|" + other + "|3", "1|" + other + "|3");
      assertThat(claim(successor, 0).fence()).isGreaterThan(claim.fence() + 1);
    }
  }

  @Test
  void acceptsOffsetsOnce() throws Exception {
    migrated(LoadMode.APPEND, 2);
    var accepting = accepting(TOPIC, 0, "50");
    migrate(accepting);
    assertThat(nextOffsets()).containsExactly(50L, 0L);
    read(60);
    migrate(accepting);
    assertThat(nextOffsets()).containsExactly(60L, 0L);
  }

  /** Also where reading goes on at the same offset. */
  @Test
  void aWordVoidsTheClaimsOfBefore() throws Exception {
    var definition = migrated(LoadMode.APPEND, 2);
    try (var writer = writer(definition)) {
      var former = claim(writer, 0);
      migrate(accepting(TOPIC, 0, "0"));
      assertThat(writer.write(batch(writer, 0, 0, "late"), advance(former, 0, 1), OPEN))
          .isEqualTo(new WriteResult.Overtaken());
      assertThat(names(definition)).isEmpty();
    }
  }

  /** A restore also reverts what the store knew of the word. */
  @Test
  void acceptsNoOffsetsAgainInADatabaseThatWasRestored() throws Exception {
    migrated(LoadMode.APPEND, 2);
    var environment = new HashMap<>(store.migrationEnvironment());
    environment.put(RuntimeVariable.ACEQUIA_OFFSETS_APPLIED.name(), "true");
    StoreMigration.open(accepting(TOPIC, null, "latest"), environment)
        .migrate(Pipelines.log(TOPIC, 2, 0, 100));
    assertThat(nextOffsets()).containsExactly(0L, 0L);
  }

  @Test
  void acceptsTheSameOffsetsAgainWhenAPersonSaysSoAgain() throws Exception {
    migrated(LoadMode.APPEND, 2);
    var word = new AcceptedOffsets(Pipelines.kafkaId(TOPIC), 0, "50");
    for (var day : List.of("2026-11-01T10:00:00Z", "2026-11-02T10:00:00Z")) {
      migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 2, word.givenAt(Instant.parse(day))));
      assertThat(nextOffsets()).containsExactly(50L, 0L);
      read(60);
    }
  }

  @Test
  void acceptsPartitionAfterPartition() throws Exception {
    migrated(LoadMode.APPEND, 2);
    var other = UUID.randomUUID();
    var log = Pipelines.log(other, 2, 3, 9);
    assertThatThrownBy(() -> migrate(accepting(other, 0, "latest"), log))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("partitions [1]");
    migrate(accepting(other, 1, "earliest"), log);
    assertThat(offsets()).containsExactly("0|" + other + "|9", "1|" + other + "|3");
  }

  @Test
  void ignoresAWordAboutAnotherTopic() throws Exception {
    migrated(LoadMode.APPEND, 2);
    var word = new AcceptedOffsets(Pipelines.kafkaId(UUID.randomUUID()), null, "latest");
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 2, word));
    assertThat(offsets()).containsExactly("0|" + TOPIC + "|0", "1|" + TOPIC + "|0");
  }

  @Test
  void refusesAnOffsetThatTheLogDoesNotHold() throws Exception {
    migrated(LoadMode.APPEND, 2);
    for (var offset : List.of("4", "101")) {
      var refusal =
          catchThrowableOfType(
                  TerminationException.class,
                  () -> migrate(accepting(TOPIC, 1, offset), Pipelines.log(TOPIC, 2, 5, 100)))
              .termination();
      assertThat(refusal.reason()).isEqualTo(Termination.Reason.OffsetsLost);
      assertThat(refusal.message()).contains("Offset " + offset).contains("holds 5 to 100");
    }
    assertThat(nextOffsets()).containsExactly(0L, 0L);
  }
}
