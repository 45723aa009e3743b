package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * Where the records go; each kind of store is one record here and one package in {@code stores}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes(@JsonSubTypes.Type(value = StoreDefinition.Postgres.class, name = "postgres"))
public sealed interface StoreDefinition {

  /**
   * A table in PostgreSQL.
   *
   * @param schema the database schema, unquoted
   * @param table the table, unquoted
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Postgres(String schema, String table) implements StoreDefinition {}
}
