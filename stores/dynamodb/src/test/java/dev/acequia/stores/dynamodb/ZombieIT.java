package dev.acequia.stores.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.testkit.RowText;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
      // Between its rows and its positions the schema changes.
      var result =
          zombie.write(
              batch,
              LoadedPipeline.advance(claim, 1),
              (CommitGate<Exception>) rejected -> latter.migrate());
      assertThat(result).isEqualTo(new WriteResult.Overtaken());
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
