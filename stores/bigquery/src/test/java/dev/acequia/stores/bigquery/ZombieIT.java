package dev.acequia.stores.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.testkit.RowText;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An owner that stalls between its look at the state and its first row, while a successor stores
 * the same records and more.
 */
class ZombieIT {
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};
  private static final Field MORE = new Field("more", FieldType.STRING, false, null);

  private final BigQueryFixture fixture = new BigQueryFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private List<String> rows(LoadedPipeline pipeline) throws Exception {
    var columns = RecordColumns.of(pipeline.definition);
    var order = columns.total(List.of(OrderTerm.ascending(columns.require("id"))));
    try (var reader = fixture.whole(pipeline.definition)) {
      return RowText.read(
          reader, new Query(columns.all(), Condition.always(), order, List.of(), 1_000, 0), "|");
    }
  }

  /** Its rows are those of the former schema. */
  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void replacesNothingOfItsSuccessorThatKnowsMoreFields(LoadMode mode) throws Exception {
    var former = new LoadedPipeline(fixture, mode);
    var latter = new LoadedPipeline(fixture, mode, LoadedPipeline.ID, LoadedPipeline.NAME, MORE);
    former.migrate();
    try (var zombie = former.writer()) {
      var claim = LoadedPipeline.claim(zombie);
      var batch = zombie.newBatch();
      former.add(batch, 0, "{\"id\":1,\"name\":\"a\"}");
      former.add(batch, 1, "{\"id\":2,\"name\":\"b\"}");
      var result =
          zombie.write(
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

  /** The migration ends its stream; its rows are not there twice, nor without a new field. */
  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void whatItSendsAfterAMigrationItsSuccessorStores(LoadMode mode) throws Exception {
    var former = new LoadedPipeline(fixture, mode);
    var latter = new LoadedPipeline(fixture, mode, LoadedPipeline.ID, LoadedPipeline.NAME, MORE);
    former.migrate();
    try (var zombie = former.writer()) {
      var claim = LoadedPipeline.claim(zombie);
      var batch = zombie.newBatch();
      former.add(batch, 0, "{\"id\":1,\"name\":\"a\"}");
      assertThat(
              zombie.write(
                  batch,
                  LoadedPipeline.advance(claim, 1),
                  (CommitGate<Exception>) rejected -> latter.migrate()))
          .isEqualTo(new WriteResult.Overtaken());
      assertThat(rows(latter)).hasSize(mode == LoadMode.APPEND ? 0 : 1);
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

  /** The positions of a table that is filled again have other revisions than those before. */
  @Test
  void passesNoPositionOfATableThatIsFilledAgain() throws Exception {
    var pipeline = new LoadedPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    try (var zombie = pipeline.writer();
        var successor = pipeline.writer()) {
      var claim = LoadedPipeline.claim(zombie);
      var first = zombie.newBatch();
      pipeline.add(first, 0, "{\"id\":1,\"name\":\"a\"}");
      zombie.write(first, LoadedPipeline.advance(claim, 100), OPEN);
      var second = zombie.newBatch();
      pipeline.add(second, 100, "{\"id\":2,\"name\":\"b\"}");
      var result =
          zombie.write(
              second,
              List.of(new PartitionAdvance(0, claim.fence(), 100, 200, null)),
              (CommitGate<Exception>)
                  rejected -> {
                    fixture.refill(pipeline.definition);
                    pipeline.migrate();
                    var own = successor.newBatch();
                    pipeline.add(own, 0, "{\"id\":1,\"name\":\"a\"}");
                    successor.write(
                        own, LoadedPipeline.advance(LoadedPipeline.claim(successor), 10), OPEN);
                  });
      assertThat(result).isEqualTo(new WriteResult.Overtaken());
      assertThat(LoadedPipeline.claim(successor).nextOffset()).isEqualTo(10);
    }
  }

  /** The state has not heard of the batch before. */
  @Test
  void rowsThatNobodyHasCountedAreNotReadAgain() throws Exception {
    var pipeline = new LoadedPipeline(fixture, 2);
    pipeline.migrate();
    try (var zombie = pipeline.writer();
        var successor = pipeline.writer()) {
      var claims = zombie.claim(List.of(0, 1));
      var batch = zombie.newBatch();
      pipeline.add(batch, 0, "{\"id\":1,\"name\":\"a\"}");
      pipeline.add(batch, new Arrival().from(1, 1, 0), "{\"id\":2,\"name\":\"b\"}");
      zombie.write(
          batch,
          claims.stream()
              .map(one -> new PartitionAdvance(one.partition(), one.fence(), 0, 1, 7))
              .toList(),
          OPEN);
      var taken = successor.claim(1).orElseThrow();
      assertThat(taken.nextOffset()).isEqualTo(1);
      assertThat(taken.leaderEpoch()).isEqualTo(7);
      // Its other partition was on the stream that is ended now.
      batch.clear();
      pipeline.add(batch, 1, "{\"id\":3,\"name\":\"c\"}");
      assertThat(
              zombie.write(
                  batch,
                  List.of(new PartitionAdvance(0, claims.getFirst().fence(), 1, 2, 7)),
                  OPEN))
          .isEqualTo(new WriteResult.Overtaken());
      assertThat(successor.claim(0).orElseThrow().nextOffset()).isEqualTo(1);
    }
    assertThat(rows(pipeline)).containsExactly("1|a", "2|b");
  }

  /** Also where the key was deleted since. */
  @Test
  void bringsNoDeletedKeyBack() throws Exception {
    var pipeline = new LoadedPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    try (var zombie = pipeline.writer()) {
      var claim = LoadedPipeline.claim(zombie);
      var batch = zombie.newBatch();
      pipeline.add(batch, 0, "{\"id\":1,\"name\":\"a\"}");
      var result =
          zombie.write(
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
    assertThat(fixture.statements().rows("SELECT id FROM `acequia.test.flights`", Map.of()))
        .isEmpty();
  }
}
