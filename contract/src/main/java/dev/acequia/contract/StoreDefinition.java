package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the records go. Each kind of store of the product is one record here and one module in
 * {@code stores}; {@link StoreKind} adds others.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = StoreDefinition.Postgres.class, name = StoreDefinition.Postgres.KIND),
  @JsonSubTypes.Type(value = StoreDefinition.Lake.class, name = StoreDefinition.Lake.KIND),
  @JsonSubTypes.Type(value = StoreDefinition.DynamoDb.class, name = StoreDefinition.DynamoDb.KIND),
  @JsonSubTypes.Type(value = StoreDefinition.BigQuery.class, name = StoreDefinition.BigQuery.KIND)
})
public interface StoreDefinition {
  /** As {@code kind} has it in JSON. */
  String kind();

  /** The store's pace, and what it asks of the load. */
  default StoreTraits traits() {
    return StoreTraits.QUICK;
  }

  /** What a migration acts on: without what only readers go by. */
  default StoreDefinition forMigration() {
    return this;
  }

  /**
   * A table in PostgreSQL.
   *
   * @param schema the database schema, unquoted
   * @param table the table, unquoted
   * @param indexes beside that of the primary key
   * @param maxScanRows the most that a query may cost which no index serves, as so many rows read
   *     one after the other; 0 for any
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Postgres(String schema, String table, List<Index> indexes, long maxScanRows)
      implements StoreDefinition {
    public static final String KIND = "postgres";

    public Postgres {
      // Null in a definition that an earlier version wrote.
      indexes = Objects.requireNonNullElse(indexes, List.<Index>of());
      indexes = List.copyOf(indexes);
    }

    /** Without indexes of its own or a bound to what a query may cost. */
    public Postgres(String schema, String table) {
      this(schema, table, List.of(), 0);
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public Postgres forMigration() {
      return new Postgres(schema, table, indexes, 0);
    }
  }

  /**
   * One index.
   *
   * @param fields in its order, at least one
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Index(List<String> fields) {
    public Index {
      fields = List.copyOf(fields);
    }
  }

  /**
   * A table in the Apache Iceberg format.
   *
   * @param namespace in the catalog; Glue calls it a database
   * @param table its name in the namespace
   * @param location where its files are, as {@code s3://bucket/folder}; no other table's are below
   *     it
   * @param region of bucket and catalog at AWS; optional elsewhere
   * @param endpoint of the object store where it is not AWS's own; optional
   * @param commitSeconds how long records wait for others before they are committed together
   * @param partitionBy how the files are parted; not at all when empty
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Lake(
      String namespace,
      String table,
      String location,
      LakeCatalog catalog,
      @Nullable String region,
      @Nullable String endpoint,
      long commitSeconds,
      List<Division> partitionBy,
      LakeEngine engine)
      implements StoreDefinition {
    public static final String KIND = "lake";

    public Lake {
      partitionBy = List.copyOf(partitionBy);
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public StoreTraits traits() {
      return StoreTraits.ofFiles(Duration.ofSeconds(commitSeconds));
    }

    /** Without the pace of the load and what only readers go by. */
    @Override
    public Lake forMigration() {
      return new Lake(
          namespace,
          table,
          location,
          catalog,
          region,
          endpoint,
          0,
          partitionBy,
          new LakeEngine.DuckDb(0));
    }
  }

  /**
   * A table in Amazon DynamoDB, and a second one for positions and marks.
   *
   * @param table its name in the account and region
   * @param region as AWS names it
   * @param endpoint of the service where it is not AWS's own; optional
   * @param indexes global secondary ones
   * @param ttlField the date or timestamp after which DynamoDB removes a record; optional
   * @param create whether the migration makes and changes tables; otherwise it compares them
   * @param capacity null to pay for each request
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record DynamoDb(
      String table,
      String region,
      @Nullable String endpoint,
      List<KeyIndex> indexes,
      @Nullable String ttlField,
      boolean create,
      @Nullable Capacity capacity)
      implements StoreDefinition {
    public static final String KIND = "dynamodb";

    public DynamoDb {
      indexes = List.copyOf(indexes);
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public StoreTraits traits() {
      return StoreTraits.ofItems(indexes);
    }
  }

  /**
   * A table in Google BigQuery, and a few beside it for positions and marks.
   *
   * @param project that has the dataset, and pays for the queries
   * @param dataset that has the tables
   * @param table its name in the dataset
   * @param location of the dataset, which a migration makes there if it is not there; optional
   * @param endpoint of the REST interface where it is not Google's own; optional
   * @param storageEndpoint of the Storage Write API, in the same way
   * @param commitSeconds how long records wait for others before they are stored together
   * @param partitionBy how the table is partitioned; null when it is not
   * @param clusterBy the fields that rows are sorted by, at most four; the key where it is empty
   * @param maxBytesBilled the most that a query may read, in bytes; 0 for any
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record BigQuery(
      String project,
      String dataset,
      String table,
      @Nullable String location,
      @Nullable String endpoint,
      @Nullable String storageEndpoint,
      long commitSeconds,
      @Nullable TimePartition partitionBy,
      List<String> clusterBy,
      long maxBytesBilled)
      implements StoreDefinition {
    public static final String KIND = "bigquery";

    public BigQuery {
      clusterBy = List.copyOf(clusterBy);
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public StoreTraits traits() {
      return StoreTraits.ofWarehouse(Duration.ofSeconds(commitSeconds));
    }

    /** Without the pace of the load and what only readers go by. */
    @Override
    public BigQuery forMigration() {
      return new BigQuery(
          project,
          dataset,
          table,
          location,
          endpoint,
          storageEndpoint,
          0,
          partitionBy,
          clusterBy,
          0);
    }
  }
}
