package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreQueries;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.TopicLog;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** What the contracts share: a store for each test, and records of one schema. */
abstract class StoreContract {
  static final UUID TOPIC = UUID.randomUUID();

  static final Schema SCHEMA =
      Pipelines.schema(
          List.of("id"),
          new Field("id", FieldType.INT64, true, null),
          new Field("name", FieldType.STRING, false, null));

  static final CommitGate<RuntimeException> OPEN = rejected -> {};

  /** More than any contract stores. */
  private static final int ALL = 100_000;

  /** More pieces of housekeeping than tables of this size have. */
  private static final int PIECES = 3;

  final StoreFixture store;
  final Arrival arrival = new Arrival();

  /** The rows that the last batch of {@link #write} left out. */
  final List<RowRejection> rejected = new ArrayList<>();

  StoreContract(StoreFixture store) {
    this.store = store;
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  final PipelineDefinition definition(
      Schema schema, LoadMode mode, UUID topicId, int partitions, @Nullable AcceptedOffsets word) {
    return Pipelines.definition(
        store.definition("flights"), schema, mode, topicId, partitions, word);
  }

  final PipelineDefinition definition(LoadMode mode, int partitions) {
    return definition(SCHEMA, mode, TOPIC, partitions, null);
  }

  /** Of a topic that has not been cut and begins at 0. */
  final PipelineDefinition migrated(LoadMode mode, int partitions) throws Exception {
    var definition = definition(mode, partitions);
    migrate(definition);
    return definition;
  }

  final void migrate(PipelineDefinition definition)
      throws TerminationException, StoreUnavailableException {
    migrate(definition, Pipelines.log(TOPIC, definition.topic().partitions(), 0, 1000));
  }

  final void migrate(PipelineDefinition definition, TopicLog log)
      throws TerminationException, StoreUnavailableException {
    StoreMigration.open(definition, store.migrationEnvironment()).migrate(log);
  }

  final void drop(PipelineDefinition definition)
      throws TerminationException, StoreUnavailableException {
    StoreMigration.open(definition, store.migrationEnvironment()).drop();
  }

  final StoreWriter writer(PipelineDefinition definition) {
    return writer(definition, "pod");
  }

  final StoreWriter writer(PipelineDefinition definition, String pod) {
    return StoreWriter.open(definition, store.writerEnvironment(pod));
  }

  static PartitionClaim claim(StoreWriter writer, int partition) throws StoreUnavailableException {
    return writer.claim(partition).orElseThrow();
  }

  /** Where each partition is read on, of all that there are. */
  final List<Long> nextOffsets() throws StoreUnavailableException {
    return claims().stream().map(PartitionClaim::nextOffset).toList();
  }

  /** As {@code partition|topic|offset}. */
  final List<String> offsets() throws StoreUnavailableException {
    return claims().stream()
        .map(claim -> claim.partition() + "|" + claim.topicId() + "|" + claim.nextOffset())
        .toList();
  }

  private List<PartitionClaim> claims() throws StoreUnavailableException {
    var found = new ArrayList<PartitionClaim>();
    try (var writer = writer(definition(LoadMode.APPEND, 1))) {
      for (var claim = writer.claim(0); claim.isPresent(); claim = writer.claim(found.size())) {
        found.add(claim.get());
      }
    }
    return found;
  }

  static List<PartitionAdvance> advance(PartitionClaim claim, long from, long to) {
    return List.of(new PartitionAdvance(claim.partition(), claim.fence(), from, to, null));
  }

  /** Claims partition 0 and writes. */
  final WriteResult write(StoreWriter writer, StoreBatch batch, long from, long to)
      throws StoreUnavailableException {
    return writer.write(
        batch,
        advance(claim(writer, 0), from, to),
        rows -> {
          rejected.clear();
          rejected.addAll(rows);
        });
  }

  /** A rewind that is carried out once. */
  static Rewind rewind(UUID id, long from, long until, long resume) {
    return rewind(id, from, until, resume, null);
  }

  static Rewind rewind(UUID id, long from, long until, long resume, @Nullable UUID previous) {
    return new Rewind(
        from, null, new PartitionReplay(id, from, until, resume, null), true, previous);
  }

  /** Goes back in partition 0 to read again what was read. */
  static void rewind(StoreWriter writer, long from, long resume) throws StoreUnavailableException {
    assertThat(writer.rewind(claim(writer, 0), rewind(UUID.randomUUID(), from, resume, resume)))
        .isPresent();
  }

  /** A record of {@link #SCHEMA}. */
  static void add(StoreBatch batch, Arrival given, long id, @Nullable String name)
      throws BadRecordException {
    add(SCHEMA, batch, given, record(id, name));
  }

  static String record(long id, @Nullable String name) {
    return "{\"id\":" + id + ",\"name\":" + (name == null ? "null" : TextNode.valueOf(name)) + "}";
  }

  static void add(Schema schema, StoreBatch batch, Arrival given, String json)
      throws BadRecordException {
    var row = new Row(schema);
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(schema).decode(bytes, 0, bytes.length, row);
    batch.add(row, given);
  }

  /** The deletion of a key of {@link #SCHEMA}. */
  static void delete(StoreBatch batch, Arrival given, long id) throws BadRecordException {
    delete(SCHEMA, batch, given, "[" + id + "]");
  }

  static void delete(Schema schema, StoreBatch batch, Arrival given, String key)
      throws BadRecordException {
    var row = new Row(schema);
    var bytes = key.getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(schema).decodeKey(bytes, 0, bytes.length, row);
    batch.addDeletion(row, given);
  }

  /** A batch of records whose ids are their offsets. */
  final StoreBatch batch(StoreWriter writer, int partition, long from, String... names)
      throws BadRecordException {
    var batch = writer.newBatch();
    for (var name : names) {
      add(batch, arrival.from(1, partition, from), from, name);
      from++;
    }
    return batch;
  }

  /** Lets time pass, and all be forgotten that is old enough then. */
  final void pass(PipelineDefinition definition, Duration time) throws StoreUnavailableException {
    pass(definition, time, Map.of());
  }

  final void pass(PipelineDefinition definition, Duration time, Map<String, String> settings)
      throws StoreUnavailableException {
    store.age(definition, time);
    var environment = new HashMap<>(store.writerEnvironment("housekeeping"));
    environment.putAll(settings);
    for (var part : StoreHousekeeping.open(definition, environment)) {
      try (part) {
        for (var piece = 0; piece < PIECES; piece++) {
          part.work();
        }
      }
    }
  }

  /**
   * What the table holds: the columns' texts joined by {@code |}, by id, then by what identifies a
   * row.
   *
   * @param columns fields, or one of {@link Provenance}
   */
  final List<String> table(PipelineDefinition definition, String... columns)
      throws StoreReadException, IOException {
    var known = RecordColumns.of(definition);
    var select =
        Arrays.stream(columns).map(name -> new SelectItem(name, column(known, name))).toList();
    var order = known.total(List.of(OrderTerm.ascending(known.require("id"))));
    try (var reader = store.whole(definition)) {
      return RowText.read(
          reader, new Query(select, Condition.always(), order, List.of(), ALL, 0), "|");
    }
  }

  /** Decimals without trailing zeros: stores differ in these. */
  static List<String> shortest(List<String> numbers) {
    return numbers.stream()
        .map(
            text ->
                text.equals("null")
                    ? text
                    : new BigDecimal(text).stripTrailingZeros().toPlainString())
        .toList();
  }

  private static Expression column(RecordColumns columns, String name) {
    return Arrays.stream(Provenance.values())
        .filter(provenance -> provenance.column().equals(name))
        .<Expression>map(provenance -> provenance)
        .findFirst()
        .orElseGet(() -> columns.require(name));
  }

  /** Whether the store answers every query. */
  final boolean answersEveryQuery() {
    return store.definition("flights").traits().queries() instanceof StoreQueries.Any;
  }

  final List<String> names(PipelineDefinition definition) throws StoreReadException, IOException {
    return table(definition, "name");
  }
}
