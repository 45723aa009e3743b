package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.LoadMode;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.WriteResult;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A replay as the store sees it: a rewind under the fence, once, that changes no row. */
public abstract class ReplayContract extends StoreContract {
  protected ReplayContract(StoreFixture store) {
    super(store);
  }

  @Test
  void rewindsOnceThoughItIsOrderedAgain() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND, 1))) {
      write(writer, writer.newBatch(), 0, 90);
      var replay = rewind(UUID.randomUUID(), 20, 30, 90);
      var rewound = writer.rewind(claim(writer, 0), replay).orElseThrow();
      assertThat(rewound.nextOffset()).isEqualTo(20);
      assertThat(claim(writer, 0)).isEqualTo(withFence(rewound, rewound.fence() + 1));
      assertThat(claim(writer, 0).isReplaying()).isTrue();

      // The last batch of the replay takes reading back to where it was.
      write(writer, writer.newBatch(), 20, 90);
      var after = claim(writer, 0);
      assertThat(after.isReplaying()).isFalse();
      assertThat(writer.rewind(after, replay)).contains(after);
      assertThat(claim(writer, 0).nextOffset()).isEqualTo(90);
    }
  }

  private static PartitionClaim withFence(PartitionClaim claim, long fence) {
    return new PartitionClaim(
        claim.partition(),
        claim.nextOffset(),
        claim.leaderEpoch(),
        claim.topicId(),
        claim.lineage(),
        fence,
        claim.schemaHash(),
        claim.replay());
  }

  @Test
  void rewindsNothingForAnOwnerThatWasOvertaken() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var zombie = writer(definition, "zombie");
        var successor = writer(definition, "successor")) {
      write(zombie, zombie.newBatch(), 0, 90);
      var old = claim(zombie, 0);
      claim(successor, 0);
      var replay = rewind(UUID.randomUUID(), 20, 90, 90);
      assertThat(zombie.rewind(old, replay)).isEmpty();
      var current = claim(successor, 0);
      assertThat(current.nextOffset()).isEqualTo(90);
      assertThat(successor.rewind(current, replay)).isPresent();
    }
  }

  @Test
  void neverBeginsWhatALaterOneHasReplaced() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND, 1))) {
      write(writer, writer.newBatch(), 0, 90);
      var former = UUID.randomUUID();
      writer.rewind(claim(writer, 0), rewind(UUID.randomUUID(), 20, 90, 90, former));
      var claim = claim(writer, 0);
      assertThat(writer.rewind(claim, rewind(former, 5, 90, 90))).contains(claim);
      assertThat(claim(writer, 0).nextOffset()).isEqualTo(20);
    }
  }

  private void accept(String offset) throws Exception {
    migrate(
        definition(
            SCHEMA,
            LoadMode.APPEND,
            TOPIC,
            1,
            new AcceptedOffsets(Pipelines.kafkaId(TOPIC), null, offset)),
        Pipelines.log(TOPIC, 1, 0, 100));
  }

  @Test
  void endsWhereAPersonAcceptsToGoOnLater() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND, 1))) {
      write(writer, writer.newBatch(), 0, 90);
      writer.rewind(claim(writer, 0), rewind(UUID.randomUUID(), 20, 60, 90));
      accept("95");
      var claim = claim(writer, 0);
      assertThat(claim.nextOffset()).isEqualTo(95);
      assertThat(claim.isReplaying()).isFalse();
    }
  }

  @Test
  void whatAPersonAcceptsToReadAgainIsJudgedAsInAReplay() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND, 1))) {
      write(writer, writer.newBatch(), 0, 90);
      accept("40");
      assertThat(claim(writer, 0).replay())
          .isNotNull()
          .extracting(PartitionReplay::from, PartitionReplay::until, PartitionReplay::resume)
          .containsExactly(40L, 90L, 90L);
      var id = UUID.randomUUID();
      writer.rewind(claim(writer, 0), rewind(id, 20, 60, 90));
      accept("30");
      var claim = claim(writer, 0);
      assertThat(claim.nextOffset()).isEqualTo(30);
      assertThat(claim.replay()).isEqualTo(new PartitionReplay(id, 30, 90, 90, null, true));
    }
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void leavesTheTableAsItWas(LoadMode mode) throws Exception {
    var definition = migrated(mode, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      for (var offset = 0; offset < 50; offset++) {
        add(batch, arrival.from(1, 0, offset), offset % 20, "n" + offset);
      }
      write(writer, batch, 0, 50);
      var before = table(definition, "id", "name", "_generation", "_partition", "_offset");
      writer.rewind(claim(writer, 0), rewind(UUID.randomUUID(), 5, 45, 50));

      batch.clear();
      batch.expectDuplicates();
      for (var offset = 5; offset < 45; offset++) {
        add(batch, arrival.from(1, 0, offset), offset % 20, "n" + offset);
      }
      var result = write(writer, batch, 5, 50);
      assertThat(table(definition, "id", "name", "_generation", "_partition", "_offset"))
          .isEqualTo(before);
      if (mode == LoadMode.APPEND) {
        assertThat(result).isEqualTo(new WriteResult.Stored(0, 40, 0));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void bringsBackWhatIsMissing(LoadMode mode) throws Exception {
    var definition = migrated(mode, 1);
    try (var writer = writer(definition)) {
      write(writer, batch(writer, 0, 0, "a", "b", "c", "d"), 0, 4);
      store.loseRows(definition, 2);
      assertThat(names(definition)).containsExactly("a", "b");
      rewind(writer, 1, 4);
      var again = batch(writer, 0, 1, "b", "c", "d");
      again.expectDuplicates();
      write(writer, again, 1, 4);
      assertThat(names(definition)).containsExactly("a", "b", "c", "d");
    }
  }

  /** The log lost the deletions, or a person ended the replay before them. */
  @Test
  void bringsNothingBackWhoseDeletionItDoesNotReadAgain() throws Exception {
    var definition = migrated(LoadMode.UPSERT, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      for (var id = 1; id <= 6; id++) {
        add(batch, arrival.from(1, 0, id), id, "first");
      }
      write(writer, batch, 0, 10);
      batch.clear();
      for (var id = 1; id <= 5; id++) {
        delete(batch, arrival.from(1, 0, 10 + id), id);
      }
      add(batch, arrival.from(1, 0, 20), 5, "later than its deletion");
      write(writer, batch, 10, 90);
      store.loseRows(definition, 0);

      rewind(writer, 0, 90);
      batch.clear();
      batch.expectDuplicates();
      add(batch, arrival.from(1, 0, 1), 1, "first");
      add(batch, arrival.from(1, 0, 6), 6, "first");
      write(writer, batch, 0, 2); // each key once
      assertThat(table(definition, "id", "name")).containsExactly("6|first");
      batch.clear();
      batch.expectDuplicates();
      add(batch, arrival.from(1, 0, 2), 2, "first");
      delete(batch, arrival.from(1, 0, 7), 7);
      write(writer, batch, 2, 8); // beside a deletion
      batch.clear();
      batch.expectDuplicates();
      add(batch, arrival.from(1, 0, 3), 3, "first");
      var refused = store.refuse(definition, "name");
      if (refused.isPresent()) {
        add(batch, arrival.from(1, 0, 9), 8, refused.get());
      }
      write(writer, batch, 8, 10); // beside a row that the table refuses
      batch.clear();
      batch.expectDuplicates();
      add(batch, arrival.from(1, 0, 20), 5, "later than its deletion");
      write(writer, batch, 10, 21);
      assertThat(table(definition, "id", "name"))
          .containsExactly("5|later than its deletion", "6|first");
    }
  }
}
