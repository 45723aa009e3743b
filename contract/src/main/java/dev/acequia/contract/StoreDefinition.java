package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Objects;

/**
 * Where the records go. Each kind of store of the product is one record here and one module in
 * {@code stores}; {@link StoreKind} adds others.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes(
    @JsonSubTypes.Type(
        value = StoreDefinition.Postgres.class,
        name = StoreDefinition.Postgres.KIND))
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
}
