package dev.acequia.stores.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.dynamodb.FaultyDynamo.Fault;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ServiceLimits;
import dev.acequia.stores.position.Position;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.testkit.RowText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Throttling, lost calls and lost answers cost time and nothing else. */
class DynamoFaultsIT {
  private static final CommitGate<RuntimeException> OPEN =
      rejected -> assertThat(rejected).isEmpty();

  private final FaultyDynamo server = new FaultyDynamo(DynamoFixture.server(), 7);
  private final DynamoFixture fixture = new DynamoFixture(server.endpoint());

  @AfterEach
  void close() {
    server.close();
    fixture.close();
  }

  private List<String> names(PipelineDefinition definition) throws Exception {
    var columns = RecordColumns.of(definition);
    var query =
        new Query(
            columns.all().subList(0, 2),
            Condition.always(),
            columns.total(List.of(OrderTerm.ascending(columns.require("id")))),
            List.of(),
            100_000,
            0);
    try (var reader = fixture.whole(definition)) {
      return RowText.read(reader, query, "|");
    }
  }

  private static String record(int id, String name) {
    return "{\"id\":%d,\"name\":\"%s\"}".formatted(id, name);
  }

  /** Claims and writes again until it is stored, as the consumer does. */
  private static WriteResult.Stored store(StoreWriter writer, StoreBatch batch, long from, long to)
      throws Exception {
    for (var attempt = 0; attempt < 20; attempt++) {
      try {
        var claim = DynamoPipeline.claim(writer);
        if (claim.nextOffset() == to) {
          return new WriteResult.Stored(batch.rows(), 0, 0);
        }
        assertThat(claim.nextOffset()).isEqualTo(from);
        var result = writer.write(batch, DynamoPipeline.advance(claim, to), OPEN);
        if (result instanceof WriteResult.Stored stored) {
          return stored;
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
      names = {"THROTTLED", "LOST_CALL", "LOST_ANSWER", "FAILED_AFTER"})
  void storesEachRecordOnce(Fault fault) throws Exception {
    for (var mode : LoadMode.values()) {
      var pipeline = new DynamoPipeline(fixture, mode);
      server.spoil(0);
      pipeline.migrate();
      server.spoil(0.15, fault);
      try (var writer = pipeline.writer()) {
        var batch = writer.newBatch();
        for (var i = 0; i < 200; i++) {
          pipeline.add(batch, i, record(i, "first"));
        }
        store(writer, batch, 0, 200);
        batch.clear();
        for (var i = 0; i < 100; i++) {
          pipeline.add(batch, 200 + i, record(i, "second"));
        }
        store(writer, batch, 200, 300);
      }
      server.spoil(0);
      assertThat(server.count(fault)).isPositive();
      var names = names(pipeline.definition);
      assertThat(names).hasSize(mode == LoadMode.APPEND ? 300 : 200);
      assertThat(names.stream().filter(name -> name.endsWith("second"))).hasSize(100);
      StoreMigration.open(pipeline.definition, fixture.migrationEnvironment()).drop();
    }
  }

  @Test
  void storesARepeatOfAKeyOnceThoughAnswersAreLost() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    server.spoil(0.2, Fault.LOST_ANSWER, Fault.HALF_DONE);
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      for (var i = 0; i < 240; i++) {
        var key =
            new Arrival.Key(
                null,
                ("push " + i / 2).getBytes(StandardCharsets.UTF_8),
                0,
                ByteBuffer.wrap(new byte[] {1}),
                -1,
                false);
        pipeline.add(batch, new Arrival().from(1, 0, i).keyed(key), record(i / 2, i % 2 + ""));
      }
      store(writer, batch, 0, 240);
    }
    server.spoil(0);
    assertThat(server.count(Fault.LOST_ANSWER)).isPositive();
    assertThat(names(pipeline.definition))
        .containsExactlyElementsOf(IntStream.range(0, 120).mapToObj(id -> id + "|0").toList());
  }

  @Test
  void asksAgainForWhatABatchLeftUndone() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      for (var i = 0; i < 150; i++) {
        pipeline.add(batch, i, record(i, "stored"));
      }
      store(writer, batch, 0, 150);
      server.spoil(1, Fault.HALF_DONE);
      batch.clear();
      for (var i = 0; i < 150; i++) {
        pipeline.add(
            batch, new Arrival().from(1, 0, i).redrivenTo(1, 200 + i), record(i, "sent back"));
      }
      store(writer, batch, 150, 350);
    }
    assertThat(server.count(Fault.HALF_DONE)).isPositive();
    server.spoil(0);
    assertThat(names(pipeline.definition)).hasSize(150);
  }

  @Test
  void throttlingWithoutEndIsTheStoresTroubleAndNoRecordsFault() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.add(batch, 0, record(1, "held"));
      var claim = DynamoPipeline.claim(writer);
      server.spoil(1, Fault.THROTTLED);
      assertThatThrownBy(() -> writer.write(batch, DynamoPipeline.advance(claim, 1), OPEN))
          .isInstanceOf(StoreUnavailableException.class)
          .isNotInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("ProvisionedThroughputExceeded");
      server.spoil(0);
      store(writer, batch, 0, 1);
      assertThat(names(pipeline.definition)).containsExactly("1|held");
    }
  }

  private static Arrival.Key key(int hours) {
    return key(hours, 1);
  }

  private static Arrival.Key key(int hours, int content) {
    return new Arrival.Key(
        null,
        "push".getBytes(StandardCharsets.UTF_8),
        0,
        ByteBuffer.wrap(new byte[] {(byte) content}),
        Duration.ofDays(20_000).plusHours(hours).toMillis(),
        false);
  }

  private static void writeRefused(
      StoreWriter writer, StoreBatch batch, PartitionClaim claim, long to) {
    assertThatThrownBy(() -> writer.write(batch, advance(claim, to), OPEN))
        .isInstanceOf(StoreRefusedException.class);
  }

  private static List<PartitionAdvance> advance(PartitionClaim claim, long to) {
    return List.of(
        new PartitionAdvance(claim.partition(), claim.fence(), claim.nextOffset(), to, null));
  }

  /** The mark is that of a later push by then. */
  @Test
  void storesARepeatOnceThoughItsBatchEndsAfterItsMarks() throws Exception {
    var pipeline = new DynamoPipeline(fixture, 2);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.add(batch, new Arrival().from(1, 0, 0).keyed(key(0)), record(1, "monday"));
      pipeline.add(batch, new Arrival().from(1, 0, 1).keyed(key(1)), record(2, "monday again"));
      pipeline.add(batch, new Arrival().from(1, 0, 2).keyed(key(24)), record(3, "once more"));
      pipeline.add(batch, new Arrival().from(1, 0, 3).keyed(key(27, 2)), record(4, "tuesday"));
      server.spoilOnce(Fault.REFUSED, call -> isRow(call, pipeline));
      writeRefused(writer, batch, DynamoPipeline.claim(writer), 4);
      assertThat(names(pipeline.definition)).hasSizeLessThan(2);
      assertThat(writer.write(batch, advance(DynamoPipeline.claim(writer), 4), OPEN))
          .isEqualTo(new WriteResult.Stored(2, 2, 0));
    }
    assertThat(names(pipeline.definition)).containsExactly("1|monday", "4|tuesday");
  }

  private static boolean isRow(FaultyDynamo.Call call, DynamoPipeline pipeline) {
    return call.name().equals("PutItem") && call.isFor(pipeline.names().data());
  }

  @Test
  void storesARepeatOnceThoughAnotherPartitionHasALaterPushMeanwhile() throws Exception {
    var pipeline = new DynamoPipeline(fixture, 2);
    pipeline.migrate();
    try (var writer = pipeline.writer();
        var other = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.add(batch, new Arrival().from(1, 0, 0).keyed(key(0)), record(1, "monday"));
      pipeline.add(batch, new Arrival().from(1, 0, 1).keyed(key(1)), record(2, "monday again"));
      server.spoilOnce(Fault.REFUSED, call -> isRow(call, pipeline));
      writeRefused(writer, batch, DynamoPipeline.claim(writer), 2);
      var later = other.newBatch();
      pipeline.add(later, new Arrival().from(1, 1, 0).keyed(key(27)), record(3, "tuesday"));
      other.write(later, advance(other.claim(1).orElseThrow(), 1), OPEN);
      assertThat(writer.write(batch, advance(DynamoPipeline.claim(writer), 2), OPEN))
          .isEqualTo(new WriteResult.Stored(1, 1, 0));
    }
    assertThat(names(pipeline.definition)).containsExactly("1|monday", "3|tuesday");
  }

  @Test
  void advancesManyPartitionsThoughTheFirstAnswerIsLost() throws Exception {
    var partitions = ServiceLimits.PARTITIONS_OF_AN_UPDATE + 2;
    var pipeline = new DynamoPipeline(fixture, partitions);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var claims = writer.claim(IntStream.range(0, partitions).boxed().toList());
      var batch = writer.newBatch();
      for (var claim : claims) {
        pipeline.add(
            batch, new Arrival().from(1, claim.partition(), 0), record(claim.partition(), "all"));
      }
      server.spoilOnce(Fault.LOST_ANSWER, call -> call.name().equals("UpdateItem"));
      assertThat(
              writer.write(
                  batch,
                  claims.stream().flatMap(claim -> advance(claim, 1).stream()).toList(),
                  OPEN))
          .isEqualTo(new WriteResult.Stored(partitions, 0, 0));
      assertThat(writer.claim(partitions - 1).orElseThrow().nextOffset()).isEqualTo(1);
    }
    assertThat(server.count(Fault.LOST_ANSWER)).isEqualTo(1);
  }

  @Test
  void readsOnlyTheOriginsOfWhatRecordsThatWereSentBackMayReplace() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.add(batch, new Arrival().from(1, 0, 0).redrivenTo(1, 1), record(1, "sent back"));
      store(writer, batch, 0, 2);
    }
    assertThat(server.calls("BatchGetItem"))
        .singleElement()
        .satisfies(
            call -> {
              var asked = call.body().get("RequestItems").get(pipeline.names().data());
              assertThat(asked.get("ProjectionExpression").asText()).isNotEmpty();
              assertThat(asked.get("ExpressionAttributeNames"))
                  .extracting(JsonNode::asText)
                  .containsExactlyInAnyOrder(
                      Attributes.HASH,
                      Attributes.RANGE,
                      Attributes.GENERATION,
                      Attributes.PARTITION,
                      Attributes.OFFSET,
                      Attributes.DELETED);
            });
  }

  /** Most are throttled for longer than one call is sent again. */
  @Test
  void goesOnWhileSomeRowsGetThrough() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      for (var i = 0; i < 20; i++) {
        pipeline.add(batch, i, record(i, "throttled"));
      }
      var claim = DynamoPipeline.claim(writer);
      assertThat(
              writer.write(
                  batch,
                  DynamoPipeline.advance(claim, 20),
                  (CommitGate<RuntimeException>)
                      rejected -> server.spoil(0.8, "PutItem", Fault.THROTTLED)))
          .isEqualTo(new WriteResult.Stored(20, 0, 0));
    }
    assertThat(server.count(Fault.THROTTLED)).isPositive();
    server.spoil(0);
    assertThat(names(pipeline.definition)).hasSize(20);
  }

  @Test
  void aTransactionThatIsThrottledIsSentAgain() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      store(writer, writer.newBatch(), 0, 10);
      var replay = new PartitionReplay(UUID.randomUUID(), 0, 10, 10, null);
      server.spoilOnce(Fault.CANCELED, call -> call.name().equals("TransactWriteItems"));
      assertThat(
              writer
                  .rewind(DynamoPipeline.claim(writer), new Rewind(0, null, replay, true, null))
                  .orElseThrow()
                  .nextOffset())
          .isZero();
    }
    assertThat(server.count(Fault.CANCELED)).isEqualTo(1);
  }

  @Test
  void saysThatATopicHasTooManyPartitions() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      server.spoilOnce(Fault.TOO_LARGE, call -> call.name().equals("UpdateItem"));
      assertThatThrownBy(() -> writer.claim(0))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("too many partitions");
    }
    var positions = new TreeMap<Integer, Position>();
    var replay =
        new PartitionReplay(UUID.randomUUID(), Long.MAX_VALUE, 0, Long.MAX_VALUE, 1, false);
    for (var partition = 0; partition < 2_000; partition++) {
      positions.put(
          partition, new Position(UUID.randomUUID(), Long.MAX_VALUE, 1, Long.MAX_VALUE, replay));
    }
    var second = new SecondTable(fixture.client(), pipeline.names());
    var registry = second.registry();
    assertThatThrownBy(
            () ->
                second.save(
                    registry,
                    registry,
                    second.state().orElseThrow(),
                    new LoadState(1, "schema", positions)))
        .isInstanceOf(StoreRefusedException.class)
        .hasMessageContaining("too many partitions");
  }

  /** A day counts by the service's clock. */
  @Test
  void remembersKeysThoughAConsumersClockIsADayAhead() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    for (var hours : List.of(0, 25, -25)) {
      try (var writer =
          new DynamoWriter(
              pipeline.definition,
              (StoreDefinition.DynamoDb) pipeline.definition.store(),
              fixture.writerEnvironment("pod"),
              Clock.offset(Clock.systemUTC(), Duration.ofHours(hours)))) {
        var claim = DynamoPipeline.claim(writer);
        var batch = writer.newBatch();
        pipeline.add(
            batch,
            new Arrival().from(1, 0, claim.nextOffset()).keyed(key(0)),
            record(1, "a clock of " + hours));
        writer.write(batch, advance(claim, claim.nextOffset() + 1), OPEN);
      }
    }
    assertThat(names(pipeline.definition)).containsExactly("1|a clock of 0");
  }

  @Test
  void forgetsNoDeletionThoughAConsumersClockIsAMonthAhead() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.delete(batch, 0, "[1]");
      store(writer, batch, 0, 1);
    }
    var environment = new HashMap<>(fixture.writerEnvironment("pod"));
    environment.put(RuntimeVariable.ACEQUIA_DELETIONS_KEPT.name(), "P30D");
    try (var housekeeping =
        new ForgottenDeletions(
            (StoreDefinition.DynamoDb) pipeline.definition.store(),
            environment,
            Clock.offset(Clock.systemUTC(), Duration.ofDays(31)))) {
      housekeeping.work();
    }
    assertThat(fixture.client().scan(scan -> scan.tableName(pipeline.names().data())).items())
        .hasSize(1);
  }
}
