package dev.acequia.stores.bigquery.table;

import com.google.cloud.bigquery.Clustering;
import com.google.cloud.bigquery.Field.Mode;
import com.google.cloud.bigquery.PrimaryKey;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableConstraints;
import com.google.cloud.bigquery.TimePartitioning;
import dev.acequia.contract.Field;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TimePartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The tables as BigQuery's interface describes them. */
public final class TableShape {
  private static final Duration MARKS_KEPT = Duration.ofDays(3);

  /** The housekeeping removes them far sooner. */
  private static final Duration REPEATS_KEPT = Duration.ofDays(3_650);

  private TableShape() {}

  /** A field that rows have. */
  public record Column(Field field, boolean required) {}

  /** The columns that say where a record came from. */
  private static List<com.google.cloud.bigquery.Field> origin(LoadMode mode) {
    var columns = new ArrayList<com.google.cloud.bigquery.Field>();
    columns.add(column(Columns.GENERATION, StandardSQLTypeName.INT64, true));
    columns.add(column(Columns.PARTITION, StandardSQLTypeName.INT64, true));
    columns.add(column(Columns.OFFSET, StandardSQLTypeName.INT64, true));
    columns.add(column(Columns.READ, StandardSQLTypeName.INT64, false));
    columns.add(column(Columns.FENCE, StandardSQLTypeName.INT64, false));
    switch (mode) {
      case APPEND -> columns.add(column(Columns.EPOCH, StandardSQLTypeName.INT64, false));
      case UPSERT -> {
        columns.add(column(Columns.DELETED, StandardSQLTypeName.BOOL, false));
        columns.add(column(Columns.DELETED_AT, StandardSQLTypeName.TIMESTAMP, false));
      }
    }
    return columns;
  }

  private static com.google.cloud.bigquery.Field column(
      String name, StandardSQLTypeName type, boolean required) {
    return com.google.cloud.bigquery.Field.newBuilder(name, type)
        .setMode(required ? Mode.REQUIRED : Mode.NULLABLE)
        .build();
  }

  /**
   * A field's column. A deletion has no fields but the key's, so no other column is required where
   * deletions are kept.
   */
  public static com.google.cloud.bigquery.Field column(
      Column column, LoadMode mode, List<String> key) {
    var field = column.field();
    return column(
        field.name(),
        Columns.type(field),
        mode == LoadMode.UPSERT ? key.contains(field.name()) : column.required());
  }

  /** All columns of the records' table. */
  public static Schema schema(PipelineDefinition definition, List<Column> fields) {
    var columns = origin(definition.mode());
    fields.forEach(
        field -> columns.add(column(field, definition.mode(), definition.schema().key())));
    return Schema.of(columns);
  }

  /** The records' table. */
  public static StandardTableDefinition records(
      PipelineDefinition definition, StoreDefinition.BigQuery store, List<Column> fields) {
    var table = StandardTableDefinition.newBuilder().setSchema(schema(definition, fields));
    var partition = store.partitionBy();
    if (partition != null) {
      table.setTimePartitioning(
          TimePartitioning.newBuilder(unit(partition.unit())).setField(partition.field()).build());
    }
    var clustering = clustering(definition, store);
    if (!clustering.isEmpty()) {
      table.setClustering(Clustering.newBuilder().setFields(clustering).build());
    }
    if (definition.mode() == LoadMode.UPSERT) {
      table.setTableConstraints(
          TableConstraints.newBuilder()
              .setPrimaryKey(PrimaryKey.newBuilder().setColumns(definition.schema().key()).build())
              .build());
    }
    return table.build();
  }

  /**
   * The columns that rows are sorted by: those that the definition names; else the key's, or in
   * append mode those of the place, by which replays and redriven records are looked for.
   */
  public static List<String> clustering(
      PipelineDefinition definition, StoreDefinition.BigQuery store) {
    if (!store.clusterBy().isEmpty()) {
      return store.clusterBy();
    }
    return switch (definition.mode()) {
      case APPEND -> List.of(Columns.PARTITION, Columns.OFFSET);
      case UPSERT ->
          definition.schema().key().stream().limit(ServiceLimits.CLUSTER_COLUMNS).toList();
    };
  }

  private static TimePartitioning.Type unit(TimePartition.Unit unit) {
    return switch (unit) {
      case HOUR -> TimePartitioning.Type.HOUR;
      case DAY -> TimePartitioning.Type.DAY;
      case MONTH -> TimePartitioning.Type.MONTH;
      case YEAR -> TimePartitioning.Type.YEAR;
    };
  }

  /** The table of positions, ledger and owner. */
  public static StandardTableDefinition state() {
    return StandardTableDefinition.of(
        Schema.of(
            column("id", StandardSQLTypeName.STRING, true),
            column("revision", StandardSQLTypeName.INT64, true),
            column("body", StandardSQLTypeName.STRING, false)));
  }

  /** The table of idempotency keys; a row without a time stays. */
  public static StandardTableDefinition marks() {
    return StandardTableDefinition.newBuilder()
        .setSchema(
            Schema.of(
                column("fill", StandardSQLTypeName.INT64, true),
                column("digest", StandardSQLTypeName.STRING, true),
                column("content", StandardSQLTypeName.STRING, false),
                column("generation", StandardSQLTypeName.INT64, false),
                column("topic_partition", StandardSQLTypeName.INT64, false),
                column("topic_offset", StandardSQLTypeName.INT64, false),
                column("pushed", StandardSQLTypeName.INT64, false),
                column("stored", StandardSQLTypeName.TIMESTAMP, false)))
        .setTimePartitioning(
            TimePartitioning.newBuilder(TimePartitioning.Type.DAY)
                .setField("stored")
                .setExpirationMs(MARKS_KEPT.toMillis())
                .build())
        .setClustering(Clustering.newBuilder().setFields(List.of("digest")).build())
        .build();
  }

  /** The table of the places of records that were dropped as repeats. */
  public static StandardTableDefinition repeats() {
    return StandardTableDefinition.newBuilder()
        .setSchema(
            Schema.of(
                column("fill", StandardSQLTypeName.INT64, true),
                column("generation", StandardSQLTypeName.INT64, true),
                column("topic_partition", StandardSQLTypeName.INT64, true),
                column("topic_offset", StandardSQLTypeName.INT64, true),
                column("stored", StandardSQLTypeName.TIMESTAMP, false)))
        .setTimePartitioning(
            TimePartitioning.newBuilder(TimePartitioning.Type.DAY)
                .setField("stored")
                // Of its own, or the dataset's default would remove what a replay needs.
                .setExpirationMs(REPEATS_KEPT.toMillis())
                .build())
        .setClustering(
            Clustering.newBuilder().setFields(List.of("topic_partition", "topic_offset")).build())
        .build();
  }
}
