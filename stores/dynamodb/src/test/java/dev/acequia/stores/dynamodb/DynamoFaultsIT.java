package dev.acequia.stores.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.dynamodb.FaultyDynamo.Fault;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.testkit.RowText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
        var claim = LoadedPipeline.claim(writer);
        if (claim.nextOffset() == to) {
          return new WriteResult.Stored(batch.rows(), 0, 0);
        }
        assertThat(claim.nextOffset()).isEqualTo(from);
        var result = writer.write(batch, LoadedPipeline.advance(claim, to), OPEN);
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
      var pipeline = new LoadedPipeline(fixture, mode);
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
    var pipeline = new LoadedPipeline(fixture, LoadMode.APPEND);
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
    var pipeline = new LoadedPipeline(fixture, LoadMode.UPSERT);
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
    var pipeline = new LoadedPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.add(batch, 0, record(1, "held"));
      var claim = LoadedPipeline.claim(writer);
      server.spoil(1, Fault.THROTTLED);
      assertThatThrownBy(() -> writer.write(batch, LoadedPipeline.advance(claim, 1), OPEN))
          .isInstanceOf(StoreUnavailableException.class)
          .isNotInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("ProvisionedThroughputExceeded");
      server.spoil(0);
      store(writer, batch, 0, 1);
      assertThat(names(pipeline.definition)).containsExactly("1|held");
    }
  }
}
