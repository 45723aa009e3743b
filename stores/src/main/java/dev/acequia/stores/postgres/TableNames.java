package dev.acequia.stores.postgres;

import dev.acequia.contract.StoreDefinition;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The names of a pipeline's tables, each quoted and with its schema where it is used. */
record TableNames(String schema, String table) {
  /** PostgreSQL cuts longer names off. */
  private static final int MAX_BYTES = 63;

  /** No index of anyone else's begins so. */
  static final String INDEX_PREFIX = "_acequia_index_";

  static TableNames of(StoreDefinition.Postgres store) {
    return new TableNames(store.schema(), store.table());
  }

  String data() {
    return qualified(table);
  }

  String offsets() {
    return qualified(offsetsTable());
  }

  /** Unquoted and without the schema. */
  String offsetsTable() {
    return beside("_acequia_offsets_");
  }

  String idempotency() {
    return qualified(beside("_acequia_idempotency_"));
  }

  /** Keys that were deleted, in upsert mode. */
  String deletions() {
    return qualified(beside("_acequia_deleted_"));
  }

  /** The coordinates of records that were dropped as repeats. */
  String repeats() {
    return qualified(beside("_acequia_repeats_"));
  }

  /** The replays that each partition has been rewound for. */
  String replays() {
    return qualified(beside("_acequia_replays_"));
  }

  /** The generations that the log of each partition has had: the ledger. */
  String generations() {
    return qualified(beside("_acequia_generations_"));
  }

  /** The data table and what must go with it so that it is filled anew. */
  List<String> refilled() {
    return List.of(data(), offsets(), idempotency(), deletions(), repeats(), replays());
  }

  /** The data table and all that belongs to it. */
  List<String> all() {
    return Stream.concat(refilled().stream(), Stream.of(generations())).toList();
  }

  /** Of the provenance, while a table of a former version is brought up to date; unquoted. */
  String provenanceIndex() {
    return beside("_acequia_provenance_");
  }

  /** Unquoted and without the schema. */
  String seenIndex() {
    return beside("_acequia_seen_");
  }

  /** Unquoted and without the schema; the same for the same fields. */
  String index(List<String> fields) {
    return INDEX_PREFIX + digest(table + "\n" + String.join("\n", fields));
  }

  /** With its schema and quoted. */
  String qualified(String name) {
    return Sql.quoted(schema) + "." + Sql.quoted(name);
  }

  String quotedSchema() {
    return Sql.quoted(schema);
  }

  private String beside(String prefix) {
    var name = prefix + table;
    if (name.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES) {
      return name;
    }
    return prefix + digest(table);
  }

  private static String digest(String text) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
