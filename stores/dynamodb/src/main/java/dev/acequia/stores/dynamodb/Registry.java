package dev.acequia.stores.dynamodb;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.Capacity;
import dev.acequia.contract.Field;
import dev.acequia.contract.SpecOrder;
import dev.acequia.contract.SpecVersion;
import dev.acequia.contract.TableClaim;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemOrigin;
import dev.acequia.stores.position.Ledger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What is known of the table, and survives it: whose it is, which specs it was migrated to, its
 * fields, and the ledger.
 *
 * @param version grows by each write; 0 when nothing is written yet
 * @param owner null when nobody has said
 * @param table the id of the table that is there; {@link #GONE} when it was found to be gone;
 *     {@link #BEING_MADE} from before it is made until it can be filled; empty when there was none,
 *     or a person wants another
 * @param fill how often a table has been made
 * @param key the fields by which rows are replaced; empty in append mode
 * @param columns the fields that rows may have
 * @param indexes the names of those that migrations made, or began to make
 * @param capacity that a migration set last; null when each request is paid for
 */
record Registry(
    long version,
    @Nullable TableClaim owner,
    SpecOrder specs,
    Ledger ledger,
    String table,
    long fill,
    List<String> key,
    List<Column> columns,
    List<String> indexes,
    @Nullable Capacity capacity) {
  static final String ID = "table";
  static final String VERSION = "version";

  /** The attribute that names the table's id. */
  static final String TABLE = "tableId";

  static final String OWNER = "owner";
  static final String SPECS = "specs";
  static final String GONE = "gone";
  static final String BEING_MADE = "being made";

  private static final String LEDGER = "ledger";
  private static final String FILL = "fill";
  private static final String KEY = "key";
  private static final String COLUMNS = "columns";
  private static final String INDEXES = "indexes";
  private static final String CAPACITY = "capacity";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * A field that rows have.
   *
   * @param required also where the field is part of the key and does not say so
   * @param wasDate whether rows may have dates in a field that is a timestamp now
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Column(Field field, boolean required, boolean wasDate) {}

  Registry {
    key = List.copyOf(key);
    columns = List.copyOf(columns);
    indexes = List.copyOf(indexes);
  }

  /** Of a table that nobody has made. */
  Registry() {
    this(
        0,
        null,
        new SpecOrder(List.of()),
        new Ledger(),
        "",
        0,
        List.of(),
        List.of(),
        List.of(),
        null);
  }

  static Registry parse(Map<String, AttributeValue> item) {
    var owner = text(item, OWNER);
    var ledger = text(item, LEDGER);
    var capacity = text(item, CAPACITY);
    return new Registry(
        ItemOrigin.number(item, VERSION),
        owner.isEmpty() ? null : read(owner, new TypeReference<TableClaim>() {}),
        new SpecOrder(
            Stream.of(text(item, SPECS).split(" ", -1))
                .filter(text -> !text.isEmpty())
                .map(SpecVersion::parse)
                .toList()),
        ledger.isEmpty()
            ? new Ledger()
            : new Ledger(read(ledger, new TypeReference<Ledger.Document>() {})),
        text(item, TABLE),
        ItemOrigin.number(item, FILL),
        read(text(item, KEY), new TypeReference<List<String>>() {}),
        read(text(item, COLUMNS), new TypeReference<List<Column>>() {}),
        read(text(item, INDEXES), new TypeReference<List<String>>() {}),
        capacity.isEmpty() ? null : read(capacity, new TypeReference<Capacity>() {}));
  }

  private static String text(Map<String, AttributeValue> item, String name) {
    var value = item.get(name);
    return value == null || value.s() == null ? "" : value.s();
  }

  private static <T> T read(String json, TypeReference<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (JacksonException e) {
      throw new IllegalStateException("the second table has no JSON: " + json, e);
    }
  }

  private static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new IllegalStateException("not JSON: " + value, e);
    }
  }

  /** The item, without its key. */
  Map<String, AttributeValue> attributes() {
    var item = new HashMap<String, AttributeValue>();
    item.put(VERSION, Attributes.number(version));
    if (owner != null) {
      item.put(OWNER, Attributes.text(write(owner)));
    }
    if (!specs.versions().isEmpty()) {
      item.put(
          SPECS,
          Attributes.text(
              specs.versions().stream()
                  .map(SpecVersion::toString)
                  .collect(Collectors.joining(" "))));
    }
    if (!table.isEmpty()) {
      item.put(TABLE, Attributes.text(table));
    }
    if (capacity != null) {
      item.put(CAPACITY, Attributes.text(write(capacity)));
    }
    item.put(LEDGER, Attributes.text(write(ledger.document())));
    item.put(FILL, Attributes.number(fill));
    item.put(KEY, Attributes.text(write(key)));
    item.put(COLUMNS, Attributes.text(write(columns)));
    item.put(INDEXES, Attributes.text(write(indexes)));
    return item;
  }

  boolean isGone() {
    return table.equals(GONE);
  }

  /** Whether a table is being made, which nobody has filled. */
  boolean isBeingMade() {
    return table.equals(BEING_MADE);
  }

  /** Whether no table is known that this pipeline may have filled. */
  boolean isFresh() {
    return table.isEmpty() || isBeingMade();
  }

  Registry withVersion(long other) {
    return new Registry(other, owner, specs, ledger, table, fill, key, columns, indexes, capacity);
  }

  Registry withOwner(@Nullable TableClaim other) {
    return new Registry(
        version, other, specs, ledger, table, fill, key, columns, indexes, capacity);
  }

  Registry withSpecs(SpecOrder other) {
    return new Registry(
        version, owner, other, ledger, table, fill, key, columns, indexes, capacity);
  }

  Registry withLedger(Ledger other) {
    return new Registry(version, owner, specs, other, table, fill, key, columns, indexes, capacity);
  }

  Registry withTable(String other) {
    return new Registry(
        version, owner, specs, ledger, other, fill, key, columns, indexes, capacity);
  }

  /** An empty registry for the next table. */
  Registry filledAnew() {
    return new Registry(
        version, owner, specs, ledger, table, fill + 1, List.of(), List.of(), List.of(), capacity);
  }

  Registry withFields(List<String> newKey, List<Column> newColumns, List<String> newIndexes) {
    return new Registry(
        version, owner, specs, ledger, table, fill, newKey, newColumns, newIndexes, capacity);
  }

  Registry withIndexes(List<String> other) {
    return new Registry(version, owner, specs, ledger, table, fill, key, columns, other, capacity);
  }

  Registry withCapacity(@Nullable Capacity other) {
    return new Registry(version, owner, specs, ledger, table, fill, key, columns, indexes, other);
  }

  /** Whether it says the same, whenever it was written. */
  boolean saysTheSame(Registry other) {
    return Objects.equals(owner, other.owner)
        && specs.equals(other.specs)
        && ledger.document().equals(other.ledger.document())
        && table.equals(other.table)
        && fill == other.fill
        && key.equals(other.key)
        && columns.equals(other.columns)
        && indexes.equals(other.indexes)
        && Objects.equals(capacity, other.capacity);
  }
}
