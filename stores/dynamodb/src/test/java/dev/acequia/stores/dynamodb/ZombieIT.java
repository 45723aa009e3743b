package dev.acequia.stores.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.testkit.LoadedPipeline;
import dev.acequia.stores.testkit.StalledOwnerContract;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * An owner that stalls between its look at the positions and its first row, while a successor
 * stores the same records and more.
 */
class ZombieIT extends StalledOwnerContract<DynamoFixture> {
  ZombieIT() {
    super(new DynamoFixture());
  }

  @Override
  protected int rowsLeft(LoadMode mode) {
    return 1;
  }

  @Override
  protected int rowsHeld(LoadedPipeline pipeline) {
    return items(pipeline).size();
  }

  /** What was there before the replay stays as it was. */
  @Test
  void whatItWroteFirstInAReplayItsSuccessorWritesOver() throws Exception {
    var former = new LoadedPipeline(fixture, LoadMode.APPEND);
    var latter = withMore(LoadMode.APPEND);
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
    assertThat(rows(latter)).containsExactly("1|a|null", "2|b|null");
    try (var successor = latter.writer()) {
      var batch = successor.newBatch();
      latter.add(batch, 0, "{\"id\":1,\"name\":\"a\",\"more\":\"x\"}");
      latter.add(batch, 1, "{\"id\":2,\"name\":\"b\",\"more\":\"y\"}");
      batch.expectDuplicates();
      successor.write(batch, LoadedPipeline.advance(LoadedPipeline.claim(successor), 2), OPEN);
    }
    assertThat(rows(latter)).containsExactly("1|a|null", "2|b|y");
  }

  /** A batch that ends a replay holds records behind it as well. */
  @Test
  void whatItWroteFirstBehindAReplayItsSuccessorWritesOver() throws Exception {
    var former = new LoadedPipeline(fixture, LoadMode.APPEND);
    var latter = withMore(LoadMode.APPEND);
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
    assertThat(rows(latter)).containsExactly("1|a|null", "3|c|z");
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
    return fixture
        .client()
        .scan(
            scan ->
                scan.tableName(
                    TableNames.of((StoreDefinition.DynamoDb) pipeline.definition.store()).data()))
        .items();
  }

  @Test
  void whatItWroteFirstOfARedriveItsSuccessorWritesOver() throws Exception {
    var former = new LoadedPipeline(fixture, LoadMode.APPEND);
    var latter = withMore(LoadMode.APPEND);
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
    assertThat(rows(latter)).containsExactly("1|a|x");
  }
}
