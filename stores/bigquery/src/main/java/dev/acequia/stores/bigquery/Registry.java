package dev.acequia.stores.bigquery;

import dev.acequia.contract.SpecOrder;
import dev.acequia.contract.SpecVersion;
import dev.acequia.contract.TableClaim;
import dev.acequia.stores.bigquery.table.TableShape.Column;
import dev.acequia.stores.position.Ledger;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the table, and survives it: whose it is, which specs it was migrated to, its
 * fields, and the ledger.
 *
 * @param owner null when nobody has said
 * @param specs in the order of the resources' first migrations
 * @param table tells the table that is there from another of its name; {@link #GONE} when it was
 *     found to be gone; {@link #BEING_MADE} from before it is made until it can be filled; empty
 *     when there was none, or a person wants another
 * @param fill how often a table has been made; what is remembered of a former one is void
 * @param schemaHash the schema that the table has; empty when there is none
 * @param key the fields by which rows are replaced; empty in append mode
 * @param columns the fields that rows may have
 */
record Registry(
    @Nullable TableClaim owner,
    List<String> specs,
    Ledger.Document ledger,
    String table,
    long fill,
    String schemaHash,
    List<String> key,
    List<Column> columns) {
  static final String GONE = "gone";
  static final String BEING_MADE = "being made";

  /** The name of {@link #owner} in the document. */
  static final String OWNER = "owner";

  /** The name of {@link #specs} in the document. */
  static final String SPECS = "specs";

  /** The name of {@link #table} in the document. */
  static final String TABLE = "table";

  Registry {
    // A person removes these; see RegistryCommands.
    specs = List.copyOf(Objects.requireNonNullElse(specs, List.<String>of()));
    table = Objects.requireNonNullElse(table, "");
    key = List.copyOf(key);
    columns = List.copyOf(columns);
  }

  /** Of a table that nobody has made. */
  static Registry empty() {
    return new Registry(null, List.of(), new Ledger().document(), "", 0, "", List.of(), List.of());
  }

  SpecOrder order() {
    return new SpecOrder(specs.stream().map(SpecVersion::parse).toList());
  }

  Ledger knownLedger() {
    return new Ledger(ledger);
  }

  /** Whether a migration has found the table to be gone. */
  boolean hasLostTable() {
    return table.equals(GONE);
  }

  /** Whether a table is being made, which nobody has filled. */
  boolean makesTable() {
    return table.equals(BEING_MADE);
  }

  /** Whether no table is known that this pipeline may have filled. */
  boolean knowsNoTable() {
    return table.isEmpty() || makesTable();
  }

  Registry withOwner(@Nullable TableClaim other) {
    return new Registry(other, specs, ledger, table, fill, schemaHash, key, columns);
  }

  Registry withOrder(SpecOrder other) {
    return new Registry(
        owner,
        other.versions().stream().map(SpecVersion::toString).toList(),
        ledger,
        table,
        fill,
        schemaHash,
        key,
        columns);
  }

  Registry withLedger(Ledger other) {
    return new Registry(owner, specs, other.document(), table, fill, schemaHash, key, columns);
  }

  Registry withTable(String other) {
    return new Registry(owner, specs, ledger, other, fill, schemaHash, key, columns);
  }

  /** The registry of the next table: without fields. */
  Registry refilled() {
    return new Registry(owner, specs, ledger, table, fill + 1, "", List.of(), List.of());
  }

  Registry withFields(String hash, List<String> newKey, List<Column> newColumns) {
    return new Registry(owner, specs, ledger, table, fill, hash, newKey, newColumns);
  }
}
