package dev.acequia.stores.postgres;

import dev.acequia.contract.StoreDefinition;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The names of a pipeline's tables, each quoted and with its schema where it is used. */
record TableNames(String schema, String table) {
  /** PostgreSQL cuts longer names off. */
  private static final int MAX_BYTES = 63;

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

  /** Unquoted and without the schema. */
  String seenIndex() {
    return beside("_acequia_seen_");
  }

  String quotedSchema() {
    return Sql.quoted(schema);
  }

  private String qualified(String name) {
    return Sql.quoted(schema) + "." + Sql.quoted(name);
  }

  private String beside(String prefix) {
    var name = prefix + table;
    if (name.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES) {
      return name;
    }
    try {
      var digest =
          MessageDigest.getInstance("SHA-256").digest(table.getBytes(StandardCharsets.UTF_8));
      return prefix + HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
