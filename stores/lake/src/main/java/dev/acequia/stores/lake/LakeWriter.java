package dev.acequia.stores.lake;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.position.Position;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Claims partitions and writes batches, each by one fenced commit. Nothing is kept between two
 * calls but the notes, which are compared with the table at each batch that needs them.
 */
final class LakeWriter implements StoreWriter {
  /** Others' commits come between so often only when something is wrong. */
  private static final int ATTEMPTS = 100;

  private static final long NO_FENCE = -1;

  private final PipelineDefinition definition;
  private final StoreDefinition.Lake store;
  private final LakeTables tables;
  private final String schemaHash;
  private final boolean upserts;
  private final Clock clock;
  private final KnownNotes notes;

  LakeWriter(
      PipelineDefinition definition, StoreDefinition.Lake store, LakeTables tables, Clock clock) {
    this(definition, store, tables, clock, new KnownNotes());
  }

  LakeWriter(
      PipelineDefinition definition,
      StoreDefinition.Lake store,
      LakeTables tables,
      Clock clock,
      KnownNotes notes) {
    this.notes = notes;
    this.definition = definition;
    this.store = store;
    this.clock = clock;
    this.tables = tables;
    schemaHash = definition.schema().hash();
    upserts = definition.mode() == LoadMode.UPSERT;
  }

  @Override
  public void probe() throws StoreUnavailableException {
    state();
  }

  @Override
  public StoreBatch newBatch() {
    return new LakeBatch(definition.schema(), definition.mode());
  }

  private TableState state() throws StoreUnavailableException {
    return TableState.of(tables.load(tables.data()));
  }

  @Override
  public Optional<PartitionClaim> claim(int partition) throws StoreUnavailableException {
    return claim(List.of(partition)).stream().findFirst();
  }

  /** Commits once, and not at all when no partition fits: each commit is a table version. */
  @Override
  public List<PartitionClaim> claim(List<Integer> partitions) throws StoreUnavailableException {
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      var state = state();
      var commit = new FencedCommit(state);
      var claims = new ArrayList<PartitionClaim>();
      var takesOver = false;
      for (var partition : partitions) {
        var former = state.positions().get(partition);
        if (former == null) {
          continue;
        }
        var position = former.position();
        var fits = fits(former);
        var claimed =
            new FencedPosition(
                fits ? position.claimed() : unclaimed(position), former.schemaHash());
        if (fits) {
          commit.set(FencedPosition.key(partition), claimed.toString());
        }
        takesOver |= fits;
        claims.add(claim(state, partition, claimed));
      }
      if (!takesOver || commit.commit() == FencedCommit.Outcome.DONE) {
        return claims;
      }
    }
    throw new StoreUnavailableException(
        "each attempt to claim the partitions conflicted with another commit");
  }

  /** Whether this writer may ever write to the partition. */
  private boolean fits(FencedPosition fenced) {
    return fenced.schemaHash().equals(schemaHash)
        && fenced.position().topicId().equals(definition.topic().uuid());
  }

  /** With a fence that no owner has. */
  private static Position unclaimed(Position position) {
    return new Position(
        position.topicId(), position.next(), position.epoch(), NO_FENCE, position.replay());
  }

  private static PartitionClaim claim(TableState state, int partition, FencedPosition fenced) {
    return state.ledger().claim(partition, fenced.position(), fenced.schemaHash());
  }

  @Override
  public Optional<PartitionClaim> rewind(PartitionClaim claim, Rewind rewind)
      throws StoreUnavailableException {
    var partition = claim.partition();
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      var state = state();
      var former = state.positions().get(partition);
      if (former == null || !isAsClaimed(former, claim.fence(), claim.nextOffset())) {
        return Optional.empty();
      }
      var isKnown = state.knowsReplay(partition, rewind.replay().id());
      if (isKnown && rewind.once()) {
        return Optional.of(claim);
      }
      var replays = new StringBuilder(state.replays(partition));
      if (!isKnown) {
        add(replays, rewind.replay().id());
      }
      var previous = rewind.previous();
      if (previous != null && !state.knowsReplay(partition, previous)) {
        add(replays, previous);
      }
      var rewound = new FencedPosition(former.position().rewound(rewind), schemaHash);
      var outcome =
          new FencedCommit(state)
              .set(FencedPosition.key(partition), rewound.toString())
              .with(TableState.replaysKey(partition), replays.toString())
              .commit();
      switch (outcome) {
        case DONE -> {
          return Optional.of(claim(state, partition, rewound));
        }
        case OVERTAKEN -> {
          return Optional.empty();
        }
        case MOVED -> {}
      }
    }
    throw new StoreUnavailableException("others changed the table all the time");
  }

  private static void add(StringBuilder replays, UUID replay) {
    replays.append(replays.isEmpty() ? "" : ",").append(replay);
  }

  private boolean isAsClaimed(FencedPosition fenced, long fence, long next) {
    return fenced.position().isAsClaimed(fence, next) && fenced.schemaHash().equals(schemaHash);
  }

  @Override
  public <E extends Exception> WriteResult write(
      StoreBatch given, List<PartitionAdvance> advances, CommitGate<E> gate)
      throws StoreUnavailableException, E {
    var batch = (LakeBatch) given;
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      var state = state();
      var commit = new FencedCommit(state);
      if (!advance(state, advances, commit)) {
        return new WriteResult.Overtaken();
      }
      gate.onOwned();
      var load = load(state, batch);
      for (var rejection : load.rejected()) {
        gate.onRejected(rejection);
      }
      var files =
          LakeFailure.of(() -> NewFiles.write(state, store, definition.schema(), batch, load));
      var isLetThrough = false;
      try {
        gate.beforeCommit(load.rejected());
        isLetThrough = true;
      } finally {
        if (!isLetThrough) {
          files.remove();
        }
      }
      if (upserts || !batch.marks().isEmpty()) {
        // Others may have stored the same keys meanwhile.
        commit.alone();
      }
      switch (commit.commit(transaction -> files.addTo(transaction, state.head()))) {
        case DONE -> {
          return load.result();
        }
        case OVERTAKEN -> {
          return new WriteResult.Overtaken();
        }
        case MOVED -> files.remove();
      }
    }
    throw new StoreUnavailableException("others changed the table all the time");
  }

  private boolean advance(TableState state, List<PartitionAdvance> advances, FencedCommit commit) {
    for (var advance : advances) {
      var former = state.positions().get(advance.partition());
      if (former == null || !isAsClaimed(former, advance.fence(), advance.from())) {
        return false;
      }
      commit.set(
          FencedPosition.key(advance.partition()),
          new FencedPosition(former.position().advanced(advance), schemaHash).toString());
    }
    return true;
  }

  private Load load(TableState state, LakeBatch batch) throws StoreUnavailableException {
    return LakeFailure.of(
        () -> {
          if (upserts || !batch.marks().isEmpty()) {
            notes.follow(state.table());
          }
          var load =
              new Load(
                  state,
                  notes,
                  batch,
                  new StoredRows(state, definition.schema()),
                  upserts,
                  clock.millis());
          load.run();
          return load;
        });
  }

  @Override
  public void close() {
    tables.close();
  }
}
