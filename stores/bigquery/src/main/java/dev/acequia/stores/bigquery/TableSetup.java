package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.Clustering;
import com.google.cloud.bigquery.DatasetId;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.Field.Mode;
import com.google.cloud.bigquery.FieldList;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.Table;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.TimePartitioning;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.TableNames;
import dev.acequia.stores.bigquery.table.TableShape;
import dev.acequia.stores.bigquery.table.TableShape.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the tables, and brings that of the records to the schema. */
final class TableSetup {
  private static final Logger LOG = LoggerFactory.getLogger(TableSetup.class);

  private final Statements statements;
  private final PipelineDefinition definition;
  private final StoreDefinition.BigQuery store;
  private final TableNames names;

  TableSetup(Statements statements, PipelineDefinition definition, StoreDefinition.BigQuery store) {
    this.statements = statements;
    this.definition = definition;
    this.store = store;
    names = TableNames.of(store);
  }

  /**
   * What tells a table from another that had its name before: when it was made, in milliseconds of
   * the epoch. A table that was restored or copied has another time.
   */
  static String id(Table table) {
    return String.valueOf(table.getCreationTime());
  }

  /** Makes the dataset and the tables beside the records, unless they are there. */
  void makeBeside(StateTable state) throws TerminationException, StoreUnavailableException {
    var id = DatasetId.of(names.project(), names.dataset());
    var dataset = DatasetInfo.newBuilder(id);
    var location = store.location();
    if (location != null) {
      dataset.setLocation(location);
    }
    statements.createDataset(dataset.build());
    refuseAnotherLocation(id, location);
    statements.create(names.state(), TableShape.state());
    statements.create(names.marks(), TableShape.marks());
    statements.create(names.repeats(), TableShape.repeats());
    state.begin();
    Marks.begin(statements, names);
  }

  private void refuseAnotherLocation(DatasetId id, @Nullable String wanted)
      throws TerminationException, StoreUnavailableException {
    var found = statements.findDataset(id);
    var location = found.isPresent() ? found.get().getLocation() : null;
    if (wanted != null && location != null && !wanted.equalsIgnoreCase(location)) {
      throw new TerminationException(
          Termination.Reason.StoreRefused,
          "The dataset %s is in %s, not in %s. Use another dataset, or create a pipeline without spec.store.bigquery.location."
              .formatted(names.dataset(), location, wanted));
    }
  }

  /** The records' table; made if there is none. */
  Table make(List<Column> columns) throws StoreUnavailableException {
    if (statements.find(names.data()).isEmpty()
        && statements.create(names.data(), TableShape.records(definition, store, columns))) {
      LOG.info("created {}", names.table());
    }
    return statements
        .find(names.data())
        .orElseThrow(
            () ->
                new StoreUnavailableException(
                    "the table %s was made and is not there: somebody deletes it"
                        .formatted(names.table())));
  }

  /**
   * Refuses tables that would go away by themselves, as those of a dataset do whose tables expire.
   */
  void refuseExpiration() throws TerminationException, StoreUnavailableException {
    for (var name : List.of(names.data(), names.state(), names.marks(), names.repeats())) {
      var table = statements.find(name);
      if (table.isPresent() && table.get().getExpirationTime() != null) {
        throw new TerminationException(
            Termination.Reason.StoreRefused,
            "The table %1$s expires, by the default of its dataset or since somebody said so, and its records would be lost. Run: bq update --expiration 0 %2$s:%3$s.%1$s && bq update --default_table_expiration 0 %2$s:%3$s"
                .formatted(name.getTable(), names.project(), names.dataset()));
      }
    }
  }

  /** Why the records' table cannot be brought to its shape, as sentences; empty when it can. */
  List<String> refusals(Table table, List<Column> columns) {
    if (!(table.getDefinition() instanceof StandardTableDefinition found)) {
      return List.of("%s is a view or an external table.".formatted(names.table()));
    }
    var refusals = new ArrayList<String>();
    var wanted = TableShape.records(definition, store, columns);
    var fields = fields(found);
    for (var field : fields(wanted)) {
      var there = find(fields, field.getName());
      var type = field.getType().getStandardType();
      if (there == null) {
        if (field.getName().startsWith("_")) {
          refusals.add("It has no column %s.".formatted(field.getName()));
        }
      } else if (there.getType().getStandardType() != type
          && !SchemaChange.widens(there.getType().getStandardType(), type)) {
        refusals.add(
            "Its column %s is %s, not %s."
                .formatted(field.getName(), there.getType().getStandardType(), type));
      }
    }
    for (var field : fields) {
      if (field.getMode() == Mode.REQUIRED && find(fields(wanted), field.getName()) == null) {
        refusals.add("It requires the column %s, which no record has.".formatted(field.getName()));
      }
    }
    if (!Objects.equals(partition(found), partition(wanted))) {
      refusals.add(
          "It is partitioned by %s, not by %s.".formatted(partition(found), partition(wanted)));
    }
    if (!key(found).equals(key(wanted))) {
      refusals.add("Its primary key is %s, not %s.".formatted(key(found), key(wanted)));
    }
    return refusals;
  }

  private static FieldList fields(StandardTableDefinition table) {
    var schema = table.getSchema();
    return schema == null ? FieldList.of() : schema.getFields();
  }

  private static @Nullable Field find(FieldList fields, String name) {
    for (var field : fields) {
      if (field.getName().equalsIgnoreCase(name)) {
        return field;
      }
    }
    return null;
  }

  /** As in {@code DAY of starts}; null without partitions. */
  private static @Nullable String partition(StandardTableDefinition table) {
    TimePartitioning partitioning = table.getTimePartitioning();
    return partitioning == null ? null : partitioning.getType() + " of " + partitioning.getField();
  }

  private static List<String> key(StandardTableDefinition table) {
    var constraints = table.getTableConstraints();
    var key = constraints == null ? null : constraints.getPrimaryKey();
    return key == null
        ? List.of()
        : Objects.requireNonNullElse(key.getColumns(), List.<String>of());
  }

  /**
   * Changes the records' table: wider columns, new ones, those that need no value any more, and the
   * order of rows. Columns that a person added stay.
   */
  void change(Table table, List<Column> columns) throws StoreUnavailableException {
    if (!(table.getDefinition() instanceof StandardTableDefinition found)) {
      throw new IllegalArgumentException(names.table() + " is not a table");
    }
    var wanted = TableShape.records(definition, store, columns);
    widen(fields(found), fields(wanted));
    var fields = fields(fields(found), fields(wanted));
    var clustering = wanted.getClustering();
    // The client cannot remove a clustering, so one that is no longer wanted stays.
    var isSorted = clustering == null || clustering.equals(found.getClustering());
    if (fields.equals(List.copyOf(fields(found))) && isSorted) {
      return;
    }
    LOG.info("changing the columns of {}", names.table());
    statements.update(
        TableInfo.of(names.data(), definition(Schema.of(fields), isSorted ? null : clustering)));
  }

  private static StandardTableDefinition definition(
      Schema schema, @Nullable Clustering clustering) {
    var definition = StandardTableDefinition.newBuilder().setSchema(schema);
    return (clustering == null ? definition : definition.setClustering(clustering)).build();
  }

  private void widen(FieldList found, FieldList wanted) throws StoreUnavailableException {
    for (var field : wanted) {
      var there = find(found, field.getName());
      if (there != null && there.getType().getStandardType() != field.getType().getStandardType()) {
        statements.change(
            "ALTER TABLE %s ALTER COLUMN `%s` SET DATA TYPE %s"
                .formatted(
                    Statements.name(names.data()),
                    there.getName(),
                    field.getType().getStandardType()),
            Map.of());
      }
    }
  }

  /** All columns that the table has then: a change names them all. */
  private static List<Field> fields(FieldList found, FieldList wanted) {
    var fields = new ArrayList<Field>();
    for (var there : found) {
      var field = find(wanted, there.getName());
      var changed = there.toBuilder();
      if (field != null) {
        if (there.getType().getStandardType() != field.getType().getStandardType()) {
          changed.setType(field.getType());
        }
        if (there.getMode() == Mode.REQUIRED && field.getMode() != Mode.REQUIRED) {
          changed.setMode(Mode.NULLABLE);
        }
      }
      fields.add(changed.build());
    }
    for (var field : wanted) {
      if (find(found, field.getName()) == null) {
        // BigQuery adds no column that needs a value.
        fields.add(field.toBuilder().setMode(Mode.NULLABLE).build());
      }
    }
    return fields;
  }
}
