package dev.acequia.contract;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * The names of a pipeline's tables in PostgreSQL, each quoted and with its schema where it is used.
 */
public record TableNames(String schema, String table) {
  /** PostgreSQL cuts longer names off. */
  private static final int MAX_BYTES = 63;

  /** No index of anyone else's begins so. */
  public static final String INDEX_PREFIX = "_acequia_index_";

  public static TableNames of(StoreDefinition.Postgres store) {
    return new TableNames(store.schema(), store.table());
  }

  public String data() {
    return qualified(table);
  }

  public String offsets() {
    return qualified(offsetsTable());
  }

  /** Unquoted and without the schema. */
  public String offsetsTable() {
    return beside("_acequia_offsets_");
  }

  public String idempotency() {
    return qualified(beside("_acequia_idempotency_"));
  }

  /** Keys that were deleted, in upsert mode. */
  public String deletions() {
    return qualified(beside("_acequia_deleted_"));
  }

  /** The coordinates of records that were dropped as repeats. */
  public String repeats() {
    return qualified(beside("_acequia_repeats_"));
  }

  /** The replays that each partition has been rewound for. */
  public String replays() {
    return qualified(beside("_acequia_replays_"));
  }

  /** The generations that the log of each partition has had: the ledger. */
  public String generations() {
    return qualified(beside("_acequia_generations_"));
  }

  /** The row that says whose the tables are. */
  public String owner() {
    return qualified(beside("_acequia_owner_"));
  }

  /** The data table and what must go with it so that it is filled anew. */
  public List<String> refilled() {
    return List.of(data(), offsets(), idempotency(), deletions(), repeats(), replays());
  }

  /** The data table and all that belongs to it. */
  public List<String> all() {
    return Stream.concat(refilled().stream(), Stream.of(generations(), owner())).toList();
  }

  /** What a person runs to be rid of the tables; short, since it has to fit into an Event. */
  public String drop() {
    var prefix = quotedSchema() + ".";
    return "SET search_path TO %s; DROP TABLE IF EXISTS %s;"
        .formatted(
            quotedSchema(),
            String.join(
                ", ", all().stream().map(table -> table.substring(prefix.length())).toList()));
  }

  /** Of the provenance, while a table of a former version is brought up to date; unquoted. */
  public String provenanceIndex() {
    return beside("_acequia_provenance_");
  }

  /** Unquoted and without the schema; the same for the same fields. */
  public String index(List<String> fields) {
    return INDEX_PREFIX + digest(table + "\n" + String.join("\n", fields));
  }

  /** With its schema and quoted. */
  public String qualified(String name) {
    return quoted(schema) + "." + quoted(name);
  }

  public String quotedSchema() {
    return quoted(schema);
  }

  /** A name as PostgreSQL takes it whatever it holds. */
  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private String beside(String prefix) {
    var name = prefix + table;
    if (name.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES) {
      return name;
    }
    return prefix + digest(table);
  }

  private static String digest(String text) {
    return Sha256.hex(text, 16);
  }
}
