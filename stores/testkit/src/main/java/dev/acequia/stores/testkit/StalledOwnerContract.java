package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An owner that stalls between its look at the positions and its first row, while a successor
 * stores the same records and more. For stores without transactions: in others nobody can do
 * anything while a commit gate is asked.
 */
public abstract class StalledOwnerContract<F extends StoreFixture> {
  protected static final CommitGate<RuntimeException> OPEN = rejected -> {};
  protected static final Field MORE = new Field("more", FieldType.STRING, false, null);

  protected final F fixture;

  protected StalledOwnerContract(F fixture) {
    this.fixture = fixture;
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  /** How many rows a stalled owner leaves of one record, when the schema changes meanwhile. */
  protected abstract int rowsLeft(LoadMode mode);

  /** How many rows the store holds of a pipeline, those of deletions included. */
  protected abstract int rowsHeld(LoadedPipeline pipeline) throws Exception;

  protected List<String> rows(LoadedPipeline pipeline) throws Exception {
    var columns = RecordColumns.of(pipeline.definition);
    var order = columns.total(List.of(OrderTerm.ascending(columns.require("id"))));
    try (var reader = fixture.whole(pipeline.definition)) {
      return RowText.read(
          reader, new Query(columns.all(), Condition.always(), order, List.of(), 1_000, 0), "|");
    }
  }

  /** A pipeline of the same table that knows another field. */
  protected LoadedPipeline withMore(LoadMode mode) {
    return new LoadedPipeline(fixture, mode, LoadedPipeline.ID, LoadedPipeline.NAME, MORE);
  }

  /** Its rows may be there, and its positions are not: the schema changes in between. */
  protected static void writeWhileTheSchemaChanges(
      StoreWriter stalled, StoreBatch batch, PartitionClaim claim, long to, LoadedPipeline latter)
      throws Exception {
    var result =
        stalled.write(
            batch,
            LoadedPipeline.advance(claim, to),
            (CommitGate<Exception>) rejected -> latter.migrate());
    assertThat(result).isEqualTo(new WriteResult.Overtaken());
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void replacesNothingOfItsSuccessorThatKnowsMoreFields(LoadMode mode) throws Exception {
    var former = new LoadedPipeline(fixture, mode);
    var latter = withMore(mode);
    former.migrate();
    try (var stalled = former.writer()) {
      var claim = LoadedPipeline.claim(stalled);
      var batch = stalled.newBatch();
      former.add(batch, 0, "{\"id\":1,\"name\":\"a\"}");
      former.add(batch, 1, "{\"id\":2,\"name\":\"b\"}");
      var result =
          stalled.write(
              batch,
              LoadedPipeline.advance(claim, 2),
              (CommitGate<Exception>)
                  rejected -> {
                    latter.migrate();
                    try (var successor = latter.writer()) {
                      var own = successor.newBatch();
                      latter.add(own, 0, "{\"id\":1,\"name\":\"a\",\"more\":\"x\"}");
                      latter.add(own, 1, "{\"id\":2,\"name\":\"b\",\"more\":\"y\"}");
                      successor.write(
                          own, LoadedPipeline.advance(LoadedPipeline.claim(successor), 2), OPEN);
                    }
                  });
      assertThat(result).isEqualTo(new WriteResult.Overtaken());
    }
    assertThat(rows(latter)).containsExactly("1|a|x", "2|b|y");
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void whatItWroteFirstItsSuccessorWritesOver(LoadMode mode) throws Exception {
    var former = new LoadedPipeline(fixture, mode);
    var latter = withMore(mode);
    former.migrate();
    try (var stalled = former.writer()) {
      var claim = LoadedPipeline.claim(stalled);
      var batch = stalled.newBatch();
      former.add(batch, 0, "{\"id\":1,\"name\":\"a\"}");
      writeWhileTheSchemaChanges(stalled, batch, claim, 1, latter);
      assertThat(rows(latter)).hasSize(rowsLeft(mode));
    }
    try (var successor = latter.writer()) {
      var batch = successor.newBatch();
      latter.add(batch, 0, "{\"id\":1,\"name\":\"a\",\"more\":\"x\"}");
      assertThat(
              successor.write(
                  batch, LoadedPipeline.advance(LoadedPipeline.claim(successor), 1), OPEN))
          .isEqualTo(new WriteResult.Stored(1, 0, 0));
    }
    assertThat(rows(latter)).containsExactly("1|a|x");
  }

  /** Also where the key was deleted since. */
  @Test
  void bringsNoDeletedKeyBack() throws Exception {
    var pipeline = new LoadedPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    try (var stalled = pipeline.writer()) {
      var claim = LoadedPipeline.claim(stalled);
      var batch = stalled.newBatch();
      pipeline.add(batch, 0, "{\"id\":1,\"name\":\"a\"}");
      var result =
          stalled.write(
              batch,
              LoadedPipeline.advance(claim, 1),
              (CommitGate<Exception>)
                  rejected -> {
                    try (var successor = pipeline.writer()) {
                      var own = successor.newBatch();
                      pipeline.add(own, 0, "{\"id\":1,\"name\":\"a\"}");
                      pipeline.delete(own, 1, "[1]");
                      successor.write(
                          own, LoadedPipeline.advance(LoadedPipeline.claim(successor), 2), OPEN);
                    }
                  });
      assertThat(result).isEqualTo(new WriteResult.Overtaken());
    }
    assertThat(rows(pipeline)).isEmpty();
  }

  /** Housekeeping says so in the ledger, but the batch has read that before. */
  @Test
  void bringsNoKeyBackWhoseDeletionIsForgottenMeanwhile() throws Exception {
    var pipeline = new LoadedPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    var environment = new HashMap<>(fixture.writerEnvironment("pod"));
    environment.put(RuntimeVariable.ACEQUIA_DELETIONS_KEPT.name(), "P30D");
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.delete(batch, 12, "[1]");
      writer.write(batch, LoadedPipeline.advance(LoadedPipeline.claim(writer), 20), OPEN);
      fixture.age(pipeline.definition, Duration.ofDays(31));
      batch.clear();
      pipeline.add(
          batch, new Arrival().from(1, 0, 5).redrivenTo(1, 20), "{\"id\":1,\"name\":\"a\"}");
      writer.write(
          batch,
          LoadedPipeline.advance(LoadedPipeline.claim(writer), 21),
          (CommitGate<Exception>)
              rejected -> {
                for (var part : StoreHousekeeping.open(pipeline.definition, environment)) {
                  try (part) {
                    part.work();
                  }
                }
              });
    }
    assertThat(rows(pipeline)).isEmpty();
    assertThat(rowsHeld(pipeline)).isZero();
  }

  /** The gate is asked again, with the rows that are rejected by then. */
  @Test
  void judgesAgainWhenAnotherHasMarkedAKeyMeanwhile() throws Exception {
    var pipeline = new LoadedPipeline(fixture, 2);
    pipeline.migrate();
    try (var writer = pipeline.writer();
        var other = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.add(batch, new Arrival().from(1, 0, 0).keyed(push()), "{\"id\":1,\"name\":\"b\"}");
      var asked = new AtomicInteger();
      var result =
          writer.write(
              batch,
              LoadedPipeline.advance(LoadedPipeline.claim(writer), 1),
              (CommitGate<Exception>)
                  rejected -> {
                    assertThat(rejected).isEmpty();
                    if (asked.getAndIncrement() == 0) {
                      var first = other.newBatch();
                      pipeline.add(
                          first,
                          new Arrival().from(1, 1, 0).keyed(push()),
                          "{\"id\":2,\"name\":\"a\"}");
                      var claim = other.claim(1).orElseThrow();
                      other.write(
                          first, List.of(new PartitionAdvance(1, claim.fence(), 0, 1, null)), OPEN);
                    }
                  });
      assertThat(result).isEqualTo(new WriteResult.Stored(0, 1, 0));
      assertThat(asked).hasValue(2);
    }
    assertThat(rows(pipeline)).containsExactly("2|a");
  }

  private static Arrival.Key push() {
    return new Arrival.Key(
        null,
        "push".getBytes(StandardCharsets.UTF_8),
        0,
        ByteBuffer.wrap(new byte[] {1}),
        -1,
        false);
  }
}
