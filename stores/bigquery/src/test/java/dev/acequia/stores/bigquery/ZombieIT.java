package dev.acequia.stores.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.testkit.LoadedPipeline;
import dev.acequia.stores.testkit.StalledOwnerContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * An owner that stalls between its look at the state and its first row, while a successor stores
 * the same records and more.
 */
class ZombieIT extends StalledOwnerContract<BigQueryFixture> {
  ZombieIT() {
    super(new BigQueryFixture());
  }

  /** The migration has ended the stream of a load that appends. */
  @Override
  protected int rowsLeft(LoadMode mode) {
    return mode == LoadMode.APPEND ? 0 : 1;
  }

  @Override
  protected int rowsHeld(LoadedPipeline pipeline) throws Exception {
    return fixture.statements().rows("SELECT id FROM `acequia.test.flights`", Map.of()).size();
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
}
