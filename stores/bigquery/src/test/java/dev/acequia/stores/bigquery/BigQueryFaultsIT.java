package dev.acequia.stores.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.servers.bigquery.Faults;
import dev.acequia.servers.bigquery.Faults.Fault;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.testkit.RowText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that are refused, throttled or lost cost time and nothing else. */
class BigQueryFaultsIT {
  private static final CommitGate<RuntimeException> OPEN =
      rejected -> assertThat(rejected).isEmpty();

  private final BigQueryFixture fixture = new BigQueryFixture();
  private final AtomicInteger spoiled = new AtomicInteger();

  @AfterEach
  void close() {
    heal();
    fixture.close();
  }

  private void heal() {
    fixture.server().faults(Faults.NONE);
  }

  /** Spoils a share of the calls, the same in each run. */
  private void spoil(double share, Fault fault) {
    var random = new Random(7);
    spoil(
        fault,
        call -> {
          synchronized (random) {
            return random.nextDouble() < share;
          }
        });
  }

  private void spoil(Fault fault, Predicate<Faults.Call> which) {
    fixture
        .server()
        .faults(
            call -> {
              if (!which.test(call)) {
                return Fault.NONE;
              }
              spoiled.incrementAndGet();
              return fault;
            });
  }

  private List<String> rows(PipelineDefinition definition) throws Exception {
    var columns = RecordColumns.of(definition);
    var order = columns.total(List.of(OrderTerm.ascending(columns.require("id"))));
    try (var reader = fixture.whole(definition)) {
      return RowText.read(
          reader, new Query(columns.all(), Condition.always(), order, List.of(), 10_000, 0), "|");
    }
  }

  private static String record(long id, String name) {
    return "{\"id\":%d,\"name\":\"%s\"}".formatted(id, name);
  }

  private static List<PartitionAdvance> advance(PartitionClaim claim, long to) {
    return List.of(
        new PartitionAdvance(claim.partition(), claim.fence(), claim.nextOffset(), to, null));
  }

  /** Claims and writes again until all is stored, as the consumer does. */
  private static void store(StoreWriter writer, StoreBatch batch, long from, long to)
      throws Exception {
    for (var attempt = 0; attempt < 20; attempt++) {
      try {
        var claim = BigQueryPipeline.claim(writer);
        if (claim.nextOffset() == to) {
          return;
        }
        if (claim.nextOffset() != from) { // all rows are there, and the last place holds none
          assertThat(claim.nextOffset()).isEqualTo(from + batch.rows()).isEqualTo(to - 1);
          batch.clear();
        }
        if (writer.write(batch, advance(claim, to), OPEN) instanceof WriteResult.Stored) {
          return;
        }
      } catch (StoreUnavailableException e) {
        assertThat(e).isNotInstanceOf(StoreRefusedException.class);
      }
    }
    throw new AssertionError("not stored");
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"UNAVAILABLE", "THROTTLED", "ANSWER_LOST"})
  void storesEachRecordOnce(Fault fault) throws Exception {
    for (var mode : LoadMode.values()) {
      var pipeline = new BigQueryPipeline(fixture, mode);
      heal();
      pipeline.migrate();
      spoil(0.2, fault);
      var before = spoiled.get();
      try (var writer = pipeline.writer()) {
        var batch = writer.newBatch();
        var next = 0L;
        for (var round = 0; round < 4; round++) {
          batch.clear();
          for (var i = 0; i < 20; i++) {
            pipeline.add(batch, next + i, record(i, "of round " + round));
          }
          // Every other batch ends behind a place that holds no record.
          var end = next + 20 + round % 2;
          store(writer, batch, next, end);
          next = end;
        }
      }
      heal();
      assertThat(spoiled.get()).isGreaterThan(before);
      var rows = rows(pipeline.definition);
      assertThat(rows).hasSize(mode == LoadMode.APPEND ? 80 : 20);
      assertThat(rows.stream().filter(row -> row.endsWith("round 3"))).hasSize(20);
      fixture.dropAll(pipeline.definition);
    }
  }

  /** Their stream has rows that nobody knows of. */
  @Test
  void losesNothingOfOtherPartitionsWhenTheAnswersOfOneAreLost() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, 2);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var claims = writer.claim(List.of(0, 1));
      var batch = writer.newBatch();
      pipeline.add(batch, 0, record(1, "answers lost"));
      spoil(Fault.ANSWER_LOST, call -> call.method().equals("AppendRows"));
      assertThatThrownBy(() -> writer.write(batch, advance(claims.getFirst(), 1), OPEN))
          .isInstanceOf(StoreUnavailableException.class)
          .isNotInstanceOf(StoreRefusedException.class);
      heal();
      assertThat(spoiled).hasValueGreaterThan(1);
      batch.clear();
      pipeline.add(batch, new Arrival().from(1, 1, 0), record(2, "as ever"));
      assertThat(writer.write(batch, advance(claims.getLast(), 1), OPEN))
          .isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(writer.claim(List.of(0, 1)))
          .extracting(PartitionClaim::nextOffset)
          .containsExactly(1L, 1L);
    }
    assertThat(rows(pipeline.definition)).containsExactly("1|answers lost", "2|as ever");
  }

  /** One has what fits of them; the second does not get through. */
  @Test
  void aBatchOfSeveralRequestsGoesOnBehindThoseThatCameIn() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    var large = "x".repeat(1_000);
    try (var writer = pipeline.writer(WriterLimits.DEFAULT.withRequestBytes(2_500))) {
      var batch = writer.newBatch();
      for (var i = 0; i < 5; i++) {
        pipeline.add(batch, i, record(i, large));
      }
      var appends = new AtomicInteger();
      spoil(
          Fault.UNAVAILABLE,
          call -> call.method().equals("AppendRows") && appends.getAndIncrement() > 0);
      assertThatThrownBy(
              () -> writer.write(batch, advance(BigQueryPipeline.claim(writer), 5), OPEN))
          .isInstanceOf(StoreUnavailableException.class);
      heal();
      var claim = BigQueryPipeline.claim(writer);
      assertThat(claim.nextOffset()).isEqualTo(2);
      batch.clear();
      for (var i = 2; i < 5; i++) {
        pipeline.add(batch, i, record(i, large));
      }
      assertThat(writer.write(batch, advance(claim, 5), OPEN))
          .isEqualTo(new WriteResult.Stored(3, 0, 0));
    }
    assertThat(rows(pipeline.definition)).hasSize(5);
  }

  /** The stream has taken more than the table has. */
  @Test
  void aClaimDoesNotWaitForRowsThatAPersonRemoved() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer();
        var successor = pipeline.writer()) {
      var batch = writer.newBatch();
      for (var i = 0; i < 3; i++) {
        pipeline.add(batch, i, record(i, "stored"));
      }
      store(writer, batch, 0, 3);
      fixture.loseRows(pipeline.definition, 1);
      assertThat(BigQueryPipeline.claim(successor).nextOffset()).isEqualTo(1);
    }
  }

  @Test
  void aPositionThatRowsAreAheadOfIsWrittenThoughNoMoreCome() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer(WriterLimits.DEFAULT);
        var idle = pipeline.writer(WriterLimits.DEFAULT.withCheckpoint(Duration.ZERO));
        var successor = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.add(batch, 0, record(1, "stored"));
      store(writer, batch, 0, 1);
      fixture.loseRows(pipeline.definition, 0);
      assertThat(BigQueryPipeline.claim(idle).nextOffset()).isZero();
      var again = idle.newBatch();
      pipeline.add(again, 0, record(1, "stored"));
      assertThat(idle.write(again, advance(BigQueryPipeline.claim(idle), 1), OPEN))
          .isInstanceOf(WriteResult.Stored.class);
      idle.probe();
      fixture.loseRows(pipeline.definition, 0);
      assertThat(BigQueryPipeline.claim(successor).nextOffset()).isEqualTo(1);
    }
  }

  @Test
  void aConnectionThatBreaksBetweenBatchesIsMadeAgain() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var claim = BigQueryPipeline.claim(writer);
      for (var i = 0; i < 3; i++) {
        var batch = writer.newBatch();
        pipeline.add(batch, i, record(i, "stored"));
        assertThat(
                writer.write(
                    batch, List.of(new PartitionAdvance(0, claim.fence(), i, i + 1, null)), OPEN))
            .isInstanceOf(WriteResult.Stored.class);
        fixture.server().cutConnections();
      }
    }
    assertThat(rows(pipeline.definition)).hasSize(3);
  }

  @Test
  void aTableThatGoesBesideSteadyWritesIsNoticed() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    try (var writer = pipeline.writer(WriterLimits.DEFAULT.withProbe(Duration.ZERO))) {
      var claim = BigQueryPipeline.claim(writer);
      fixture.dropTable(pipeline.definition);
      var batch = writer.newBatch();
      pipeline.add(batch, 0, record(1, "stored"));
      assertThatThrownBy(() -> writer.write(batch, advance(claim, 1), OPEN))
          .hasMessageContaining("is gone");
    }
  }

  @Test
  void batchesShareOneConnection() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var claim = BigQueryPipeline.claim(writer);
      var before = fixture.server().connections();
      for (var i = 0; i < 5; i++) {
        var batch = writer.newBatch();
        pipeline.add(batch, i, record(i, "stored"));
        assertThat(
                writer.write(
                    batch, List.of(new PartitionAdvance(0, claim.fence(), i, i + 1, null)), OPEN))
            .isInstanceOf(WriteResult.Stored.class);
      }
      assertThat(fixture.server().connections() - before).isEqualTo(1);
    }
    assertThat(rows(pipeline.definition)).hasSize(5);
  }

  @Test
  void probesAskTheServiceOnceInAWhile() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      spoil(Fault.NONE, call -> true);
      writer.probe();
      var calls = spoiled.get();
      assertThat(calls).isPositive();
      writer.probe();
      assertThat(spoiled).hasValue(calls);
    }
  }

  @Test
  void anUpsertBatchThatTookTooLongIsNotSent() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    try (var writer = pipeline.writer(WriterLimits.DEFAULT.withBatch(Duration.ZERO))) {
      var batch = writer.newBatch();
      pipeline.add(batch, 0, record(1, "late"));
      var claim = BigQueryPipeline.claim(writer);
      assertThatThrownBy(() -> writer.write(batch, advance(claim, 1), OPEN))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("took too long");
    }
    assertThat(rows(pipeline.definition)).isEmpty();
  }

  /** Without the stream's rows: the positions are written. */
  @Test
  void anOwnerThatEndsInOrderLeavesNothingToCount() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.add(batch, 0, record(1, "stored"));
      store(writer, batch, 0, 1);
    }
    fixture.loseRows(pipeline.definition, 0);
    try (var successor = pipeline.writer()) {
      assertThat(BigQueryPipeline.claim(successor).nextOffset()).isEqualTo(1);
    }
  }

  /** A retry does not look up the records behind the replay's end. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void storesABatchOnceThatGoesPastTheEndOfAReplay(int split) throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    var limits =
        split == 0 ? WriterLimits.DEFAULT : WriterLimits.DEFAULT.withRequestBytes(split * 60);
    try (var writer = pipeline.writer(limits);
        var successor = pipeline.writer()) {
      var batch = writer.newBatch();
      for (var i = 0; i < 10; i++) {
        pipeline.add(batch, i, record(i, "stored"));
      }
      var claim = BigQueryPipeline.claim(writer);
      assertThat(writer.write(batch, advance(claim, 10), OPEN))
          .isInstanceOf(WriteResult.Stored.class);
      claim = BigQueryPipeline.claim(writer);
      var replay = new PartitionReplay(UUID.randomUUID(), 5, 10, 10, null);
      claim = writer.rewind(claim, new Rewind(5, null, replay, true, null)).orElseThrow();
      assertThat(claim.nextOffset()).isEqualTo(5);
      spoil(
          Fault.UNAVAILABLE,
          call -> call.method().equals("jobs.query") && call.subject().contains("MERGE"));
      var rewound = claim;
      assertThatThrownBy(
              () ->
                  writer.write(
                      batchOf(pipeline, writer, 5, 15),
                      List.of(new PartitionAdvance(0, rewound.fence(), 5, 15, null)),
                      OPEN))
          .isInstanceOf(StoreUnavailableException.class);
      heal();
      assertThat(spoiled).hasPositiveValue();
      var next = BigQueryPipeline.claim(successor);
      assertThat(next.nextOffset()).isEqualTo(15);
      assertThat(
              successor.write(
                  batchOf(pipeline, successor, 15, 20),
                  List.of(new PartitionAdvance(0, next.fence(), 15, 20, null)),
                  OPEN))
          .isInstanceOf(WriteResult.Stored.class);
    }
    assertThat(rows(pipeline.definition)).hasSize(20).doesNotHaveDuplicates();
  }

  private static StoreBatch batchOf(
      BigQueryPipeline pipeline, StoreWriter writer, long from, long to) throws Exception {
    var batch = writer.newBatch();
    batch.expectDuplicates();
    for (var i = from; i < to; i++) {
      pipeline.add(batch, i, record(i, "stored"));
    }
    return batch;
  }

  private static Arrival.Key key(String key) {
    return new Arrival.Key(
        null, key.getBytes(StandardCharsets.UTF_8), 0, ByteBuffer.wrap(new byte[] {1}), -1, false);
  }

  @Test
  void storesARepeatOfAKeyOnceThoughAnswersAreLost() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    spoil(0.3, Fault.ANSWER_LOST);
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      for (var i = 0; i < 240; i++) {
        pipeline.add(
            batch,
            new Arrival().from(1, 0, i).keyed(key("push " + i / 2)),
            record(i / 2, i % 2 + ""));
      }
      store(writer, batch, 0, 240);
    }
    heal();
    assertThat(spoiled).hasPositiveValue();
    assertThat(rows(pipeline.definition))
        .containsExactlyElementsOf(IntStream.range(0, 120).mapToObj(id -> id + "|0").toList());
  }

  /** Its words are those of the service, and no record is to blame. */
  @Test
  void aMissingTableNeedsAPerson() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var claim = BigQueryPipeline.claim(writer);
      fixture.statements().drop(pipeline.names().state());
      var batch = writer.newBatch();
      pipeline.add(batch, 0, record(1, "held"));
      assertThatThrownBy(() -> writer.write(batch, advance(claim, 1), OPEN))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("notFound")
          .hasMessageContaining("flights_acequia");
    }
    assertThat(fixture.statements().rows("SELECT id FROM `acequia.test.flights`", Map.of()))
        .isEmpty();
  }
}
