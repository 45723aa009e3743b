package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.Table;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.TableNames;
import dev.acequia.stores.bigquery.table.TableShape.Column;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Judges a table of records that is there: whether this pipeline may fill it, or drop it. */
record FoundTable(
    Statements statements, TableNames names, TableSetup setup, RegistryCommands commands) {
  private static final Logger LOG = LoggerFactory.getLogger(FoundTable.class);

  /** Why the table may not be filled; empty when it may. */
  Optional<TerminationException> refusal(Registry registry, Table found, List<Column> columns)
      throws StoreUnavailableException {
    if (registry.knowsNoTable()) {
      if (!isEmpty()) {
        return refusal(
            Termination.Reason.NameTaken,
            "The table %s has rows, and this pipeline has not filled it. Set another store.bigquery.table in a new pipeline, or delete the table."
                .formatted(names.table()));
      }
    } else if (!registry.table().equals(TableSetup.id(found))) {
      return refusal(
          Termination.Reason.NameTaken,
          "The table %s is not the one that this pipeline filled. If it is that table, restored or copied, run: %s"
              .formatted(names.table(), commands.with(Registry.TABLE, TableSetup.id(found))));
    }
    var differences = setup.refusals(found, columns);
    return differences.isEmpty()
        ? Optional.empty()
        : refusal(
            registry.knowsNoTable()
                ? Termination.Reason.NameTaken
                : Termination.Reason.StoreRefused,
            "The table %s has another shape. %s Change that, or delete the table if nobody needs it."
                .formatted(names.table(), String.join(" ", differences)));
  }

  private static Optional<TerminationException> refusal(Termination.Reason reason, String text) {
    return Optional.of(new TerminationException(reason, text));
  }

  private boolean isEmpty() throws StoreUnavailableException {
    return statements
        .rows("SELECT 1 AS one FROM %s LIMIT 1".formatted(Statements.name(names.data())), Map.of())
        .isEmpty();
  }

  /**
   * Whether there is a table that this pipeline has made.
   *
   * @throws TerminationException when that is unknown
   */
  boolean isToBeDropped(Registry registry) throws TerminationException, StoreUnavailableException {
    var found = statements.find(names.data());
    if (found.isEmpty()) {
      return false;
    }
    if (registry.makesTable()) {
      if (!isEmpty()) {
        throw new TerminationException(
            Termination.Reason.StoreRefused,
            "The table %s was filled meanwhile by somebody else, so it stays. Delete %s by hand, and both if nobody needs them."
                .formatted(names.table(), names.state().getTable()));
      }
      return true;
    }
    if (!registry.table().equals(TableSetup.id(found.get()))) {
      LOG.info("the table {} is not the one that was filled; it stays", names.table());
      return false;
    }
    return true;
  }
}
