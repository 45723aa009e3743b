package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;

/** What knows the current metadata of a lake's tables. Credentials come by the environment. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = LakeCatalog.Jdbc.class, name = LakeCatalog.Jdbc.KIND),
  @JsonSubTypes.Type(value = LakeCatalog.Glue.class, name = LakeCatalog.Glue.KIND),
  @JsonSubTypes.Type(value = LakeCatalog.Rest.class, name = LakeCatalog.Rest.KIND)
})
public sealed interface LakeCatalog {
  /**
   * A schema in PostgreSQL, which {@code STORE_URI} names, with Iceberg's own tables. A role that
   * may write to it can move every table in it, so each pipeline has its own schema.
   *
   * @param schema the database schema, unquoted
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Jdbc(String schema) implements LakeCatalog {
    public static final String KIND = "jdbc";
  }

  /**
   * AWS Glue, in the store's region.
   *
   * @param id the account that owns the catalog; that of the credentials when absent
   * @param endpoint an address other than the region's own; optional
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Glue(@Nullable String id, @Nullable String endpoint) implements LakeCatalog {
    public static final String KIND = "glue";
  }

  /**
   * A catalog that speaks Iceberg's REST protocol.
   *
   * @param warehouse its name for the warehouse; optional
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Rest(String uri, @Nullable String warehouse) implements LakeCatalog {
    public static final String KIND = "rest";
  }
}
