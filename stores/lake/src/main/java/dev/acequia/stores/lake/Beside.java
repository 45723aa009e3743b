package dev.acequia.stores.lake;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.SpecOrder;
import dev.acequia.contract.SpecVersion;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TableClaim;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.position.Ledger;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * What survives the table: whose it is, the newest specs that were migrated to, a copy of the
 * ledger, and which table was filled. Properties of a second table, which has no rows.
 *
 * @param owner null when nobody has said
 * @param table the uuid of the table that is there; {@link #GONE} when it was found to be gone;
 *     empty when there was none, or a person wants another
 */
record Beside(
    TableState state, @Nullable TableClaim owner, SpecOrder specs, Ledger ledger, String table) {
  /** The property whose removal says that another table may be filled. */
  static final String TABLE = "acequia.table";

  static final String GONE = "gone";

  /** A table has at least one column. */
  private static final Schema COLUMNS =
      new Schema(NestedField.optional(1, "note", Types.StringType.get()));

  /** Property of the first table: the second table's uuid at its creation. */
  static final String OF = "acequia.second";

  /** Owner of the table. Removing the property hands the table over. */
  static final String OWNER = "acequia.owner";

  /** Specs that the table was migrated to. Removing the property forgets them. */
  static final String SPECS = "acequia.specs";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Finds the second table; empty when there is none. */
  static Optional<Beside> find(LakeTables tables)
      throws TerminationException, StoreUnavailableException {
    var found = tables.find(tables.beside());
    if (found.isPresent() && !isBeside(found.get())) {
      throw new TerminationException(
          Termination.Reason.NameTaken,
          "The table %s is not a pipeline's second table: it has other columns. Set another store.lake.table in a new pipeline."
              .formatted(tables.beside()));
    }
    return found.map(table -> of(TableState.of(table)));
  }

  private static boolean isBeside(Table table) {
    return table.schema().sameSchema(COLUMNS);
  }

  /** Finds the second table, or creates it. */
  static Beside make(LakeTables tables, StoreDefinition.Lake store)
      throws TerminationException, StoreUnavailableException {
    var found = find(tables);
    if (found.isPresent()) {
      return found.get();
    }
    var catalog = tables.catalog();
    return LakeFailure.of(
        () -> {
          try {
            var made =
                catalog
                    .buildTable(tables.beside(), COLUMNS)
                    .withLocation(LakeTables.besideLocation(store))
                    .withProperties(
                        Map.of(
                            TableProperties.FORMAT_VERSION,
                            "2",
                            TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED,
                            "true"))
                    .create();
            return of(TableState.of(made));
          } catch (AlreadyExistsException e) {
            return of(TableState.of(catalog.loadTable(tables.beside())));
          }
        });
  }

  private static Beside of(TableState state) {
    var properties = state.table().properties();
    var owner = properties.get(OWNER);
    return new Beside(
        state,
        owner == null ? null : owner(owner),
        new SpecOrder(
            Stream.of(properties.getOrDefault(SPECS, "").split(" "))
                .filter(text -> !text.isEmpty())
                .map(SpecVersion::parse)
                .toList()),
        state.ledger(),
        properties.getOrDefault(TABLE, ""));
  }

  private static TableClaim owner(String json) {
    try {
      return JSON.readValue(json, TableClaim.class);
    } catch (JacksonException e) {
      throw new IllegalStateException("not an owner: " + json, e);
    }
  }

  String uuid() {
    return state.table().uuid().toString();
  }

  /**
   * Refuses a table of another pipeline, or a recreated one: its rows do not match the positions
   * here.
   *
   * @param found the table with that name
   */
  void check(Table found, String name, String accept) throws TerminationException {
    var uuid = found.uuid().toString();
    if (table.equals(uuid) || (table.isEmpty() && uuid().equals(found.properties().get(OF)))) {
      return;
    }
    throw new TerminationException(Termination.Reason.NameTaken, refusal(found, name, accept));
  }

  private String refusal(Table found, String name, String accept) {
    if (!table.isEmpty()) {
      return "The table %s is not the one that this pipeline filled. If it is that table, restored with all its properties, run: %s"
          .formatted(name, accept);
    }
    var other =
        "The table %s was not made for this pipeline. Set another store.lake.table in a new pipeline."
            .formatted(name);
    return found.properties().containsKey(TableState.KEY)
        ? other
            + " If it is this pipeline's, and only its second table was dropped, run: ALTER TABLE %s SET TBLPROPERTIES ('%s' = '%s')"
                .formatted(name, OF, uuid())
        : other;
  }

  Beside withOwner(@Nullable TableClaim other) {
    return new Beside(state, other, specs, ledger, table);
  }

  Beside withSpecs(SpecOrder other) {
    return new Beside(state, owner, other, ledger, table);
  }

  Beside withLedger(Ledger other) {
    return new Beside(state, owner, specs, other, table);
  }

  Beside withTable(String other) {
    return new Beside(state, owner, specs, ledger, other);
  }

  /**
   * Writes what differs from what was read.
   *
   * @return whether it stands there now; false when another has written meanwhile
   */
  boolean save() throws StoreUnavailableException {
    var commit = new FencedCommit(state);
    var properties = state.table().properties();
    var wanted =
        Map.of(
            OWNER,
            owner == null ? "" : ownerText(owner),
            SPECS,
            specs.versions().stream().map(SpecVersion::toString).collect(Collectors.joining(" ")),
            LedgerText.KEY,
            LedgerText.of(ledger),
            TABLE,
            table);
    var differs = false;
    for (var one : wanted.entrySet()) {
      if (!properties.getOrDefault(one.getKey(), "").equals(one.getValue())) {
        commit.with(one.getKey(), one.getValue());
        differs = true;
      }
    }
    return !differs
        || commit.set(TableState.REVISION, String.valueOf(state.revision() + 1)).commit()
            == FencedCommit.Outcome.DONE;
  }

  private static String ownerText(TableClaim owner) {
    try {
      return JSON.writeValueAsString(owner);
    } catch (JacksonException e) {
      throw new IllegalStateException("an owner is always JSON", e);
    }
  }
}
