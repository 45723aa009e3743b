package dev.acequia.stores.reference;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.position.Position;
import dev.acequia.stores.reference.Content.Carried;
import java.util.List;
import java.util.Optional;

/** Claims partitions and writes batches, each in one change of the table. */
final class ReferenceWriter implements StoreWriter {
  private final PipelineDefinition definition;
  private final Table table;

  ReferenceWriter(PipelineDefinition definition, Table table) {
    this.definition = definition;
    this.table = table;
  }

  @Override
  public void probe() throws StoreUnavailableException {
    if (!table.content().exists()) {
      throw new StoreUnavailableException("the table is missing");
    }
  }

  @Override
  public StoreBatch newBatch() {
    return new ReferenceBatch(definition.schema());
  }

  @Override
  public Optional<PartitionClaim> claim(int partition) {
    return table.change(
        content ->
            Optional.ofNullable(
                    content
                        .positions()
                        .computeIfPresent(partition, (key, position) -> position.claimed()))
                .map(position -> claim(content, partition, position)));
  }

  private static PartitionClaim claim(Content content, int partition, Position position) {
    return content.ledger().claim(partition, position, content.schemaHash);
  }

  @Override
  public Optional<PartitionClaim> rewind(PartitionClaim claim, Rewind rewind) {
    return table.change(
        content -> {
          var partition = claim.partition();
          var position = content.positions().get(partition);
          if (position == null
              || !isAsClaimed(content, position, claim.fence(), claim.nextOffset())) {
            return Optional.empty();
          }
          var isNew = content.replays.add(new Carried(rewind.replay().id(), partition));
          if (!isNew && rewind.once()) {
            return Optional.of(claim);
          }
          if (rewind.previous() != null) {
            content.replays.add(new Carried(rewind.previous(), partition));
          }
          var rewound = position.rewound(rewind);
          content.positions().put(partition, rewound);
          return Optional.of(claim(content, partition, rewound));
        });
  }

  private boolean isAsClaimed(Content content, Position position, long fence, long next) {
    return position.isAsClaimed(fence, next)
        && content.schemaHash.equals(definition.schema().hash());
  }

  @Override
  public <E extends Exception> WriteResult write(
      StoreBatch batch, List<PartitionAdvance> advances, CommitGate<E> gate)
      throws StoreUnavailableException, E {
    while (true) {
      var former = table.content();
      var changed = new Content(former);
      if (!advance(changed, advances)) {
        return new WriteResult.Overtaken();
      }
      gate.onOwned();
      var load = new Load(changed, (ReferenceBatch) batch, table.now());
      load.run();
      for (var rejection : load.rejected()) {
        gate.onRejected(rejection);
      }
      gate.beforeCommit(load.rejected());
      if (table.replace(former, changed)) {
        return load.result();
      }
    }
  }

  private boolean advance(Content content, List<PartitionAdvance> advances) {
    for (var advance : advances) {
      var position = content.positions().get(advance.partition());
      if (position == null || !isAsClaimed(content, position, advance.fence(), advance.from())) {
        return false;
      }
      content.positions().put(advance.partition(), position.advanced(advance));
    }
    return true;
  }

  @Override
  public void close() {}
}
