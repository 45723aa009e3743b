package dev.acequia.stores.postgres;

/**
 * How the offsets table names the schema that the data table has. It names the format of the tables
 * as well: consumers compare it with what they would write themselves, so one of another version
 * neither claims nor stores anything in tables that it does not know.
 */
final class StoredSchema {
  /** Former versions stored the hash alone: their rows knew no generation. */
  private static final String FORMAT = "2:";

  private static final String FORMER_FORMAT = "1:";

  private StoredSchema() {}

  /** What is stored for a schema's hash. */
  static String of(String schemaHash) {
    return FORMAT + schemaHash;
  }

  /** The hash; with its format before it when it is not the present one. */
  static String hash(String stored) {
    if (stored.startsWith(FORMAT)) {
      return stored.substring(FORMAT.length());
    }
    return stored.contains(":") ? stored : FORMER_FORMAT + stored;
  }
}
