package dev.acequia.stores.reference;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.TopicLog;
import dev.acequia.stores.position.PositionsMigration;
import java.util.Optional;

/** Brings columns and positions to what definition and topic say, in one change of the table. */
final class ReferenceMigration implements StoreMigration {
  private final PipelineDefinition definition;
  private final Table table;

  ReferenceMigration(PipelineDefinition definition, Table table) {
    this.definition = definition;
    this.table = table;
  }

  @Override
  public void migrate(TopicLog log) throws TerminationException {
    if (table.change(ReferenceMigration::noteWhatWasRead)) {
      throw new TerminationException(
          Termination.Reason.StoreRefused,
          "The table is gone, but the offsets up to which it was filled are there.");
    }
    var positions = new PositionsMigration(definition, log);
    Optional<TerminationException> trouble =
        table.change(
            content -> {
              new SchemaMigration(content, definition.schema(), definition.mode()).apply();
              var found = positions.apply(content.state);
              content.schemaHash = definition.schema().hash();
              return found;
            });
    if (trouble.isPresent()) {
      throw trouble.get();
    }
  }

  /** Whether the table is gone though it was filled; then the positions are to go too. */
  private static boolean noteWhatWasRead(Content content) {
    var isGone = !content.exists() && !content.positions().isEmpty();
    if (isGone) {
      content.state.noteWhatWasRead();
    }
    return isGone;
  }

  @Override
  public void drop() {
    while (!table.replace(table.content(), new Content())) {
      Thread.onSpinWait();
    }
  }
}
