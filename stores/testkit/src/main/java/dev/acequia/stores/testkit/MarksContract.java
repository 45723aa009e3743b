package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of records by their idempotency keys. */
public abstract class MarksContract extends StoreContract {
  /** After which the store may forget a mark. */
  private static final Duration LONG = Duration.ofHours(26);

  protected MarksContract(StoreFixture store) {
    super(store);
  }

  /** A record whose id is its offset. */
  private void add(
      StoreBatch batch, long offset, String name, @Nullable String scope, String key, int index)
      throws Exception {
    add(batch, arrival.from(1, 0, offset), name, key(scope, key, index, name, -1, false));
  }

  private static void add(StoreBatch batch, Arrival given, String name, Arrival.Key key)
      throws Exception {
    add(batch, given.keyed(key), given.offset(), name);
  }

  private static Arrival.Key key(
      @Nullable String scope,
      String key,
      int index,
      String content,
      long pushedMillis,
      boolean replayed) {
    return new Arrival.Key(
        scope == null ? null : bytes(scope),
        bytes(key),
        index,
        ByteBuffer.wrap(bytes(content)),
        pushedMillis,
        replayed);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void assertReused(int... rows) {
    assertThat(rejected).allMatch(one -> one.errorClass() == ErrorClass.IdempotencyKeyReused);
    assertThat(rejected.stream().mapToInt(RowRejection::row).sorted())
        .containsExactly(Arrays.stream(rows).boxed().toArray(Integer[]::new));
  }

  @Test
  void keepsTheKeysOfTwoScopesApart() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND, 1))) {
      var batch = writer.newBatch();
      add(batch, 0, "of a", "a", "1", 0);
      add(batch, 1, "of b", "b", "1", 0);
      add(batch, 2, "of nobody", null, "1", 0);
      // Nor do parts of one move into the other.
      add(batch, 3, "of ab", "ab", "c", 0);
      add(batch, 4, "of a, key bc", "a", "bc", 0);
      assertThat(write(writer, batch, 0, 5)).isEqualTo(new WriteResult.Stored(5, 0, 0));
      batch.clear();
      add(batch, 5, "of b", "b", "1", 0);
      assertThat(write(writer, batch, 5, 6)).isEqualTo(new WriteResult.Stored(0, 1, 0));
      assertThat(rejected).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void rejectsWhatCameWithTheKeyOfAnotherRecordAndStoresAllElse(LoadMode mode) throws Exception {
    var definition = migrated(mode, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      add(batch, 1, "other", "a", "1", 0);
      add(batch, 2, "first", "a", "1", 0);
      add(batch, 3, "next", "a", "1", 1);
      assertThat(write(writer, batch, 0, 4)).isEqualTo(new WriteResult.Stored(2, 1, 1));
      assertReused(1);
      assertThat(names(definition)).containsExactly("first", "next");

      batch.clear();
      add(batch, 4, "new", "a", "2", 0);
      add(batch, 5, "other again", "a", "1", 0);
      add(batch, 6, "next", "a", "1", 1);
      add(batch, 7, "new too", "a", "2", 1);
      assertThat(write(writer, batch, 4, 8)).isEqualTo(new WriteResult.Stored(2, 1, 1));
      assertReused(1);
      assertThat(names(definition)).containsExactly("first", "next", "new", "new too");
    }
  }

  /** What is remembered of a record does not grow with it. */
  @Test
  void tellsARepeatOfALargeRecord() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND, 1))) {
      var batch = writer.newBatch();
      var large = "x".repeat(210_000);
      add(batch, arrival.from(1, 0, 0), "large", key(null, "k", 0, large, -1, false));
      assertThat(write(writer, batch, 0, 1)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      batch.clear();
      add(batch, arrival.from(1, 0, 1), "large", key(null, "k", 0, large, -1, false));
      add(batch, arrival.from(1, 0, 2), "larger", key(null, "k", 0, large + "y", -1, false));
      assertThat(write(writer, batch, 1, 3)).isEqualTo(new WriteResult.Stored(0, 1, 1));
      assertReused(1);
    }
  }

  @Test
  void findsWhatTheTableRefusesBesideReusedKeys() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    var refused = store.refuse(definition, "name");
    assumeTrue(refused.isPresent());
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      add(batch, 1, "reused", "a", "1", 0);
      add(batch, 2, refused.get(), "a", "2", 0);
      add(batch, 3, "last", "a", "3", 0);
      assertThat(write(writer, batch, 0, 4)).isEqualTo(new WriteResult.Stored(2, 0, 2));
      assertThat(rejected)
          .extracting(RowRejection::row, RowRejection::errorClass)
          .containsExactlyInAnyOrder(
              tuple(1, ErrorClass.IdempotencyKeyReused), tuple(2, ErrorClass.RejectedByStore));
      assertThat(names(definition)).containsExactly("first", "last");
    }
  }

  /** After a failure the same records come again; they are no repeats of themselves. */
  @Test
  void storesARecordOfABatchThatWasNotCommittedBefore() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      writeShut(writer, batch, 1);
      assertThat(write(writer, batch, 0, 1)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(names(definition)).containsExactly("first");
    }
  }

  /** What a batch that was not committed had of a topic that is gone counts for nothing. */
  @Test
  void storesARecordThatComesAgainInATopicThatWasMadeAnewInMidBatch() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND, 1))) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      writeShut(writer, batch, 1);
    }
    var topic = UUID.randomUUID();
    var recreated =
        definition(
            SCHEMA,
            LoadMode.APPEND,
            topic,
            1,
            new AcceptedOffsets(Pipelines.kafkaId(topic), null, "earliest"));
    migrate(recreated, Pipelines.log(topic, 1, 0, 1000));
    try (var writer = writer(recreated)) {
      var batch = writer.newBatch();
      add(batch, arrival.from(2, 0, 0), "first", key("a", "1", 0, "first", -1, false));
      assertThat(write(writer, batch, 0, 1)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(names(recreated)).containsExactly("first");
    }
  }

  /** Writes from the beginning to a gate that stays shut. */
  private static void writeShut(StoreWriter writer, StoreBatch batch, long to) throws Exception {
    assertThatThrownBy(
            () ->
                writer.write(
                    batch,
                    advance(claim(writer, 0), 0, to),
                    rows -> {
                      throw new IllegalStateException("shut");
                    }))
        .hasMessage("shut");
  }

  @Test
  void judgesABatchOfSeveralDaysTheSameWhenItComesAgain() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      addPushed(batch, 0, "monday", Duration.ZERO);
      addPushed(batch, 1, "monday", Duration.ofMinutes(30));
      addPushed(batch, 2, "monday", Duration.ofHours(26));
      writeShut(writer, batch, 3);
      assertThat(write(writer, batch, 0, 3)).isEqualTo(new WriteResult.Stored(2, 1, 0));
      assertThat(table(definition, "_offset", "name")).containsExactly("0|monday", "2|monday");
    }
  }

  /** Those of a person's way back are not known to have been judged before. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dropsInAReplayWhatWasPutAsideForItsKey(boolean replayed) throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      add(batch, 1, "reused", "a", "1", 0);
      write(writer, batch, 0, 2);
      pass(definition, LONG);

      rewind(writer, 0, 2);
      batch.clear();
      batch.expectDuplicates();
      add(batch, arrival.from(1, 0, 0), "first", key("a", "1", 0, "first", -1, replayed));
      add(batch, arrival.from(1, 0, 1), "reused", key("a", "1", 0, "reused", -1, replayed));
      assertThat(write(writer, batch, 0, 2)).isEqualTo(new WriteResult.Stored(0, 2, 0));
      assertThat(names(definition)).containsExactly("first");
    }
  }

  @Test
  void dropsTheSameRepeatsInAReplayAfterTheirKeysAreForgotten() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", null, "k", 0);
      add(batch, 1, "first", null, "k", 0);
      assertThat(write(writer, batch, 0, 2)).isEqualTo(new WriteResult.Stored(1, 1, 0));
      pass(definition, LONG);
      // The key is free again, and stands for something new.
      batch.clear();
      add(batch, 2, "another", null, "k", 0);
      assertThat(write(writer, batch, 2, 3)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      var before = table(definition, "id", "name", "_generation", "_partition", "_offset");

      // From between the two, so that the repeat comes without what it repeats.
      rewind(writer, 1, 3);
      store.loseRows(definition, 2);
      batch.clear();
      batch.expectDuplicates();
      add(batch, arrival.from(1, 0, 1), "first", key(null, "k", 0, "first", -1, true));
      add(batch, arrival.from(1, 0, 2), "another", key(null, "k", 0, "another", -1, true));
      assertThat(write(writer, batch, 1, 3)).isEqualTo(new WriteResult.Stored(1, 1, 0));
      assertThat(table(definition, "id", "name", "_generation", "_partition", "_offset"))
          .isEqualTo(before);
    }
  }

  @Test
  void bringsBackInAReplayWhatWasStoredThoughItsKeyStandsForAnotherNow() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", null, "k", 0);
      write(writer, batch, 0, 1);
      pass(definition, LONG);
      batch.clear();
      add(batch, 1, "another", null, "k", 0);
      write(writer, batch, 1, 2);

      store.loseRows(definition, 0);
      rewind(writer, 0, 2);
      batch.clear();
      batch.expectDuplicates();
      add(batch, arrival.from(1, 0, 0), "first", key(null, "k", 0, "first", -1, true));
      add(batch, arrival.from(1, 0, 1), "another", key(null, "k", 0, "another", -1, true));
      assertThat(write(writer, batch, 0, 2)).isEqualTo(new WriteResult.Stored(2, 0, 0));
      assertThat(names(definition)).containsExactly("first", "another");
    }
  }

  @Test
  void storesWhatIsSentBackAfterItsKeyIsForgottenAndReplaysItSo() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      add(batch, 1, "reused", "a", "1", 0);
      write(writer, batch, 0, 2);
      // Sent back the same day, it is judged the same.
      batch.clear();
      sendBack(batch, 2, false);
      assertThat(write(writer, batch, 2, 3)).isEqualTo(new WriteResult.Stored(0, 0, 1));
      assertReused(0);

      pass(definition, LONG);
      batch.clear();
      sendBack(batch, 3, false);
      assertThat(write(writer, batch, 3, 4)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(names(definition)).containsExactly("first", "reused");

      // Its first place is in the log no more, the others are.
      migrate(definition, Pipelines.log(TOPIC, 1, 2, 99));
      store.loseRows(definition, 0);
      rewind(writer, 2, 4);
      batch.clear();
      batch.expectDuplicates();
      sendBack(batch, 2, true);
      assertThat(write(writer, batch, 2, 3)).isEqualTo(new WriteResult.Stored(0, 1, 0));
      batch.clear();
      batch.expectDuplicates();
      sendBack(batch, 3, true);
      assertThat(write(writer, batch, 3, 4)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(names(definition)).containsExactly("reused");
    }
  }

  /** The record of offset 1, which stands at another now. */
  private void sendBack(StoreBatch batch, long now, boolean replayed) throws Exception {
    add(
        batch,
        arrival.from(1, 0, 1).redrivenTo(1, now),
        "reused",
        key("a", "1", 0, "reused", -1, replayed));
  }

  @Test
  void remembersIdempotencyKeysForADay() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", null, "k", 0);
      add(batch, 1, "first", null, "k", 0);
      assertThat(write(writer, batch, 0, 2)).isEqualTo(new WriteResult.Stored(1, 1, 0));
      pass(definition, Duration.ofHours(23));
      batch.clear();
      add(batch, 2, "first", null, "k", 0);
      add(batch, 3, "another index", null, "k", 1);
      assertThat(write(writer, batch, 2, 4)).isEqualTo(new WriteResult.Stored(1, 1, 0));
      pass(definition, Duration.ofHours(3));
      batch.clear();
      add(batch, 4, "first", null, "k", 0);
      add(batch, 5, "another index", null, "k", 1);
      assertThat(write(writer, batch, 4, 6)).isEqualTo(new WriteResult.Stored(1, 1, 0));
      assertThat(names(definition)).containsExactly("first", "another index", "first");
    }
  }

  private void addPushed(StoreBatch batch, long offset, String name, Duration at) throws Exception {
    var monday = Instant.parse("2026-03-02T08:00:00Z");
    addPushed(batch, offset, name, "1", monday.plus(at).toEpochMilli());
  }

  private void addPushed(StoreBatch batch, long offset, String name, String key, long pushedMillis)
      throws Exception {
    add(batch, arrival.from(1, 0, offset), name, key("a", key, 0, name, pushedMillis, false));
  }

  /** As after a pause of the load or in a refill. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void takesPushesThatCameMoreThanADayApartForTwoThoughItReadsThemTogether(boolean oneBatch)
      throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      var offset = 0;
      var next = 0L;
      for (var push :
          List.of(
              Map.entry("monday", Duration.ZERO),
              Map.entry("monday", Duration.ofHours(23)),
              Map.entry("other", Duration.ofHours(24)),
              Map.entry("monday", Duration.ofHours(26)),
              Map.entry("monday", Duration.ofHours(27)),
              Map.entry("thursday", Duration.ofHours(80)),
              Map.entry("thursday", Duration.ofHours(81)))) {
        addPushed(batch, offset++, push.getKey(), push.getValue());
        if (!oneBatch) {
          write(writer, batch, next, offset);
          next = offset;
          batch.clear();
        }
      }
      if (oneBatch) {
        assertThat(write(writer, batch, next, offset)).isEqualTo(new WriteResult.Stored(3, 3, 1));
        assertReused(2);
      }
      assertThat(table(definition, "_offset", "name"))
          .containsExactly("0|monday", "3|monday", "5|thursday");

      // The consumer may read another partition later; what is remembered stays.
      batch.clear();
      addPushed(batch, 7, "older", Duration.ofHours(30));
      assertThat(write(writer, batch, 7, 8)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      batch.clear();
      addPushed(batch, 8, "thursday", Duration.ofHours(82));
      assertThat(write(writer, batch, 8, 9)).isEqualTo(new WriteResult.Stored(0, 1, 0));
    }
  }

  @Test
  void judgesByTheKeyAloneWhereNobodyKnowsWhenARecordCame() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND, 1))) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      addPushed(batch, 1, "second", "2", 0);
      write(writer, batch, 0, 2);
      batch.clear();
      addPushed(batch, 2, "first", Duration.ofDays(400));
      addPushed(batch, 3, "other", Duration.ofDays(400));
      assertThat(write(writer, batch, 2, 4)).isEqualTo(new WriteResult.Stored(0, 1, 1));

      batch.clear();
      add(batch, 4, "second", "a", "2", 0);
      addPushed(batch, 5, "second", "2", Long.MIN_VALUE);
      addPushed(batch, 6, "second", "2", Long.MAX_VALUE);
      assertThat(write(writer, batch, 4, 7)).isEqualTo(new WriteResult.Stored(1, 2, 0));
    }
  }
}
