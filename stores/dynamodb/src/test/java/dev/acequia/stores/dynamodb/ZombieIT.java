package dev.acequia.stores.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.testkit.RowText;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * An owner that stalls between its look at the positions and its first row, while a successor
 * stores the same records and more.
 */
class ZombieIT {
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};
  private static final Field MORE = new Field("more", FieldType.STRING, false, null);

  private final DynamoFixture fixture = new DynamoFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private List<String> rows(PipelineDefinition definition) throws Exception {
    var columns = RecordColumns.of(definition);
    var query =
        new Query(columns.all(), Condition.always(), columns.total(List.of()), List.of(), 1_000, 0);
    try (var reader = fixture.whole(definition)) {
      return RowText.read(reader, query, "|");
    }
  }

  /** Its rows are there, and its positions are not: the schema changes in between. */
  private static void writeWhileTheSchemaChanges(
      StoreWriter zombie, StoreBatch batch, PartitionClaim claim, long to, LoadedPipeline latter)
      throws Exception {
    var result =
        zombie.write(
            batch,
            LoadedPipeline.advance(claim, to),
            (CommitGate<Exception>) rejected -> latter.migrate());
    assertThat(result).isEqualTo(new WriteResult.Overtaken());
  }

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
    assertThat(rows(latter.definition)).containsExactly("1|a|x", "2|b|y");
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void whatItWroteFirstItsSuccessorWritesOver(LoadMode mode) throws Exception {
    var former = new LoadedPipeline(fixture, mode);
    var latter = new LoadedPipeline(fixture, mode, LoadedPipeline.ID, LoadedPipeline.NAME, MORE);
    former.migrate();
    try (var zombie = former.writer()) {
      var claim = LoadedPipeline.claim(zombie);
      var batch = zombie.newBatch();
      former.add(batch, 0, "{\"id\":1,\"name\":\"a\"}");
      writeWhileTheSchemaChanges(zombie, batch, claim, 1, latter);
    }
    try (var successor = latter.writer()) {
      var batch = successor.newBatch();
      latter.add(batch, 0, "{\"id\":1,\"name\":\"a\",\"more\":\"x\"}");
      assertThat(
              successor.write(
                  batch, LoadedPipeline.advance(LoadedPipeline.claim(successor), 1), OPEN))
          .isEqualTo(new WriteResult.Stored(1, 0, 0));
    }
    assertThat(rows(latter.definition)).containsExactly("1|a|x");
  }

  /** What was there before the replay stays as it was. */
  @Test
  void whatItWroteFirstInAReplayItsSuccessorWritesOver() throws Exception {
    var former = new LoadedPipeline(fixture, LoadMode.APPEND);
    var latter =
        new LoadedPipeline(fixture, LoadMode.APPEND, LoadedPipeline.ID, LoadedPipeline.NAME, MORE);
    former.migrate();
    try (var zombie = former.writer()) {
      var claim = LoadedPipeline.claim(zombie);
      var batch = zombie.newBatch();
      former.add(batch, 0, "{\"id\":1,\"name\":\"a\"}");
      zombie.write(batch, LoadedPipeline.advance(claim, 2), OPEN);
      var replay =
          new Rewind(0, null, new PartitionReplay(UUID.randomUUID(), 0, 2, 2, null), true, null);
      var rewound = zombie.rewind(LoadedPipeline.claim(zombie), replay).orElseThrow();
      former.add(batch, 1, "{\"id\":2,\"name\":\"b\"}");
      batch.expectDuplicates();
      writeWhileTheSchemaChanges(zombie, batch, rewound, 2, latter);
    }
    assertThat(rows(latter.definition)).containsExactly("1|a|null", "2|b|null");
    try (var successor = latter.writer()) {
      var batch = successor.newBatch();
      latter.add(batch, 0, "{\"id\":1,\"name\":\"a\",\"more\":\"x\"}");
      latter.add(batch, 1, "{\"id\":2,\"name\":\"b\",\"more\":\"y\"}");
      batch.expectDuplicates();
      successor.write(batch, LoadedPipeline.advance(LoadedPipeline.claim(successor), 2), OPEN);
    }
    assertThat(rows(latter.definition)).containsExactly("1|a|null", "2|b|y");
  }

  /** A batch that ends a replay holds records behind it as well. */
  @Test
  void whatItWroteFirstBehindAReplayItsSuccessorWritesOver() throws Exception {
    var former = new LoadedPipeline(fixture, LoadMode.APPEND);
    var latter =
        new LoadedPipeline(fixture, LoadMode.APPEND, LoadedPipeline.ID, LoadedPipeline.NAME, MORE);
    former.migrate();
    try (var zombie = former.writer()) {
      var batch = zombie.newBatch();
      former.add(batch, 0, "{\"id\":1,\"name\":\"a\"}");
      zombie.write(batch, LoadedPipeline.advance(LoadedPipeline.claim(zombie), 2), OPEN);
      batch.clear();
      former.add(batch, 2, "{\"id\":3,\"name\":\"c\"}");
      writeWhileTheSchemaChanges(zombie, batch, LoadedPipeline.claim(zombie), 3, latter);
    }
    try (var successor = latter.writer()) {
      var replay =
          new Rewind(0, null, new PartitionReplay(UUID.randomUUID(), 0, 2, 2, null), true, null);
      var rewound = successor.rewind(LoadedPipeline.claim(successor), replay).orElseThrow();
      var batch = successor.newBatch();
      latter.add(batch, 0, "{\"id\":1,\"name\":\"a\",\"more\":\"x\"}");
      latter.add(batch, 2, "{\"id\":3,\"name\":\"c\",\"more\":\"z\"}");
      batch.expectDuplicates();
      successor.write(batch, LoadedPipeline.advance(rewound, 3), OPEN);
    }
    assertThat(rows(latter.definition)).containsExactly("1|a|null", "3|c|z");
  }

  /** Also under the fence before that of the replay. */
  @Test
  void aReplayLeavesWhatIsThereAsItIs() throws Exception {
    var pipeline = new LoadedPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var claim = LoadedPipeline.claim(writer);
      var batch = writer.newBatch();
      pipeline.add(batch, 0, "{\"id\":1,\"name\":\"a\"}");
      writer.write(batch, LoadedPipeline.advance(claim, 2), OPEN);
      var before = items(pipeline);
      var rewound =
          writer
              .rewind(
                  new PartitionClaim(
                      0,
                      2,
                      null,
                      claim.topicId(),
                      claim.lineage(),
                      claim.fence(),
                      claim.schemaHash(),
                      null),
                  new Rewind(
                      0, null, new PartitionReplay(UUID.randomUUID(), 0, 2, 2, null), true, null))
              .orElseThrow();
      batch.expectDuplicates();
      assertThat(writer.write(batch, LoadedPipeline.advance(rewound, 2), OPEN))
          .isEqualTo(new WriteResult.Stored(0, 1, 0));
      assertThat(items(pipeline)).isEqualTo(before);
    }
  }

  private List<Map<String, AttributeValue>> items(LoadedPipeline pipeline) {
    return fixture.client().scan(scan -> scan.tableName(pipeline.names().data())).items();
  }

  @Test
  void whatItWroteFirstOfARedriveItsSuccessorWritesOver() throws Exception {
    var former = new LoadedPipeline(fixture, LoadMode.APPEND);
    var latter =
        new LoadedPipeline(fixture, LoadMode.APPEND, LoadedPipeline.ID, LoadedPipeline.NAME, MORE);
    former.migrate();
    var sentBack = new Arrival().from(1, 0, 0).redrivenTo(1, 7);
    try (var zombie = former.writer()) {
      zombie.write(
          zombie.newBatch(), LoadedPipeline.advance(LoadedPipeline.claim(zombie), 7), OPEN);
      var batch = zombie.newBatch();
      former.add(batch, sentBack, "{\"id\":1,\"name\":\"a\"}");
      writeWhileTheSchemaChanges(zombie, batch, LoadedPipeline.claim(zombie), 8, latter);
    }
    try (var successor = latter.writer()) {
      var batch = successor.newBatch();
      latter.add(batch, sentBack, "{\"id\":1,\"name\":\"a\",\"more\":\"x\"}");
      successor.write(batch, LoadedPipeline.advance(LoadedPipeline.claim(successor), 8), OPEN);
    }
    assertThat(rows(latter.definition)).containsExactly("1|a|x");
  }

  /** Housekeeping says so in the ledger, but the batch has read that before. */
  @Test
  void bringsNoKeyBackWhoseDeletionIsForgottenMeanwhile() throws Exception {
    var pipeline = new LoadedPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    var environment = new HashMap<>(fixture.writerEnvironment("pod"));
    environment.put(RuntimeVariable.ACEQUIA_DELETIONS_KEPT.name(), "P30D");
    try (var writer = pipeline.writer();
        var housekeeping =
            new ForgottenDeletions(
                (StoreDefinition.DynamoDb) pipeline.definition.store(),
                environment,
                Clock.systemUTC())) {
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
          (CommitGate<Exception>) rejected -> housekeeping.work());
    }
    assertThat(rows(pipeline.definition)).isEmpty();
    assertThat(items(pipeline)).isEmpty();
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
    assertThat(rows(pipeline.definition)).isEmpty();
  }
}
