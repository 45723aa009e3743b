package dev.acequia.stores.dynamodb;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.dynamodb.client.Clients;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.client.Pace;
import dev.acequia.stores.dynamodb.client.ServiceClock;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemEncoder;
import dev.acequia.stores.dynamodb.item.NoItem;
import dev.acequia.stores.position.Ledger;
import dev.acequia.stores.position.Position;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * Claims partitions and writes batches: marks, rows, then the positions, if these are as they were
 * claimed. Nothing is written before the gate has let a batch through. A batch that ends in between
 * is written again by the owner that the partition has then, and what was written of it is written
 * as it was.
 */
final class DynamoWriter implements StoreWriter {
  /** Others change positions of theirs so often only when something is wrong. */
  private static final int ATTEMPTS = 100;

  /** Of a claim under which nothing can be written. */
  private static final long NO_FENCE = -1;

  private final PipelineDefinition definition;
  private final TableNames names;
  private final DynamoDbClient client;
  private final Pace pace;
  private final SecondTable second;
  private final TableSetup records;
  private final ItemEncoder encoder;
  private final ServiceClock clock;
  private final Optional<Duration> deletionsKept;

  DynamoWriter(
      PipelineDefinition definition,
      StoreDefinition.DynamoDb store,
      Map<String, String> environment,
      InstantSource clock) {
    this.definition = definition;
    this.clock = new ServiceClock(clock);
    names = TableNames.of(store);
    pace = Clients.pace();
    client = Clients.forWriting(store, environment, pace, this.clock);
    second = new SecondTable(client, names);
    records = new TableSetup(client, TableShape.ofRecords(definition, store), false);
    encoder = new ItemEncoder(definition, store);
    deletionsKept = RuntimeVariable.ACEQUIA_DELETIONS_KEPT.in(environment).map(Duration::parse);
  }

  @Override
  public void probe() throws StoreUnavailableException {
    if (second.state().isEmpty()) {
      throw new StoreUnavailableException(
          "the table %s has no positions: the migration has not made them".formatted(names.data()));
    }
    var nothing =
        GetItemRequest.builder()
            .tableName(names.data())
            .key(new NoItem(definition).key())
            .projectionExpression("#h")
            .expressionAttributeNames(Map.of("#h", Attributes.HASH))
            .build();
    DynamoFailure.of(() -> client.getItem(nothing));
  }

  @Override
  public StoreBatch newBatch() {
    return new DynamoBatch(encoder, clock);
  }

  @Override
  public Optional<PartitionClaim> claim(int partition) throws StoreUnavailableException {
    return claim(List.of(partition)).stream().findFirst();
  }

  @Override
  public List<PartitionClaim> claim(List<Integer> partitions) throws StoreUnavailableException {
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      var found = second.state();
      if (found.isEmpty()) {
        return List.of();
      }
      var state = found.get();
      var claimed = new TreeMap<Integer, Position>();
      var taken = new TreeMap<Integer, Position>();
      for (var partition : partitions) {
        var position = state.position(partition);
        if (position != null && state.takes(definition, position)) {
          taken.put(partition, position.claimed());
        } else if (position != null) {
          claimed.put(partition, unclaimed(position));
        }
      }
      if (taken.isEmpty() || second.change(state, taken)) {
        claimed.putAll(taken);
        return claimed.isEmpty() ? List.of() : claims(ledgerOfTable(), state, claimed);
      }
    }
    throw new StoreUnavailableException("others claimed the same partitions all the time");
  }

  private static Position unclaimed(Position position) {
    return new Position(
        position.topicId(), position.next(), position.epoch(), NO_FENCE, position.replay());
  }

  /**
   * The ledger, where the table is the one whose positions are stored.
   *
   * @throws StoreRefusedException when it is not: rows would be missing before the positions
   */
  private Ledger ledgerOfTable() throws StoreUnavailableException {
    var registry = second.registry();
    var table = records.find();
    if (table.isEmpty()) {
      throw new StoreRefusedException(
          "The table %s is gone, but records were stored in it. %s"
              .formatted(names.data(), migrateAgain()));
    }
    if (!registry.table().equals(TableSetup.id(table.get()))) {
      throw new StoreRefusedException(
          "The table %s is not the one that was loaded: somebody made it again or restored it, and it may lack records. %s"
              .formatted(names.data(), migrateAgain()));
    }
    checkAsIndexed(table.get());
    return registry.ledger();
  }

  /**
   * The table may have indexes that this definition does not: those of a newer one while they are
   * built. The service refuses values that fit none of them.
   */
  private void checkAsIndexed(TableDescription table) {
    encoder.checkAlso(
        table.globalSecondaryIndexes().stream()
            .filter(index -> index.indexStatus() != IndexStatus.DELETING)
            .flatMap(index -> index.keySchema().stream())
            .toList());
  }

  private String migrateAgain() {
    return "The migration says how to go on; to start it again, run: kubectl delete job -n %s -l app.kubernetes.io/instance=%s,app.kubernetes.io/component=migration"
        .formatted(definition.namespace(), definition.name());
  }

  private static List<PartitionClaim> claims(
      Ledger ledger, LoadState state, SortedMap<Integer, Position> positions) {
    var claims = new ArrayList<PartitionClaim>();
    positions.forEach(
        (partition, position) -> claims.add(ledger.claim(partition, position, state.schemaHash())));
    return claims;
  }

  @Override
  public Optional<PartitionClaim> rewind(PartitionClaim claim, Rewind rewind)
      throws StoreUnavailableException {
    var partition = claim.partition();
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      var state = second.state().orElse(null);
      var position = state == null ? null : state.position(partition);
      if (state == null
          || position == null
          || !isAsClaimed(state, partition, claim.fence(), claim.nextOffset())) {
        return Optional.empty();
      }
      if (rewind.once() && second.knowsReplay(state, partition, rewind.replay().id())) {
        return Optional.of(claim);
      }
      var replays = new LinkedHashSet<>(List.of(rewind.replay().id()));
      var previous = rewind.previous();
      if (previous != null) {
        replays.add(previous);
      }
      // With a fence of its own, so rows of the replay can be told from those before it.
      var rewound = position.rewound(rewind).claimed();
      if (second.rewind(state, partition, rewound, List.copyOf(replays))) {
        return claims(second.registry().ledger(), state, new TreeMap<>(Map.of(partition, rewound)))
            .stream()
            .findFirst();
      }
    }
    throw new StoreUnavailableException("others changed the positions all the time");
  }

  private boolean isAsClaimed(LoadState state, int partition, long fence, long next) {
    return state.isAsClaimed(partition, definition.schema().hash(), fence, next);
  }

  @Override
  public <E extends Exception> WriteResult write(
      StoreBatch given, List<PartitionAdvance> advances, CommitGate<E> gate)
      throws StoreUnavailableException, E {
    var state = second.state().orElse(null);
    if (state == null || !isOwned(state, advances)) {
      return new WriteResult.Overtaken();
    }
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      gate.onOwned();
      var load = judge((DynamoBatch) given, state);
      for (var rejection : load.rejected()) {
        gate.onRejected(rejection);
      }
      gate.beforeCommit(load.rejected());
      if (load.mark()) {
        load.write(advances);
        return advance(state, advances) ? load.result() : new WriteResult.Overtaken();
      }
    }
    throw new StoreUnavailableException("others marked the same idempotency keys all the time");
  }

  private Load judge(DynamoBatch batch, LoadState state) throws StoreUnavailableException {
    return new Load(
        new Load.Store(client, pace, names.data(), second, deletionsKept),
        batch,
        state,
        clock.millis(),
        definition.mode() == LoadMode.UPSERT);
  }

  private boolean isOwned(LoadState state, List<PartitionAdvance> advances) {
    return advances.stream()
        .allMatch(
            advance -> isAsClaimed(state, advance.partition(), advance.fence(), advance.from()));
  }

  /** Whether the positions are advanced. */
  private boolean advance(LoadState state, List<PartitionAdvance> advances)
      throws StoreUnavailableException {
    var advanced = new TreeMap<Integer, Position>();
    for (var advance : advances) {
      var position = state.position(advance.partition());
      if (position == null) {
        return false;
      }
      advanced.put(advance.partition(), position.advanced(advance));
    }
    return second.advance(state, advanced);
  }

  @Override
  public void close() {
    client.close();
  }
}
