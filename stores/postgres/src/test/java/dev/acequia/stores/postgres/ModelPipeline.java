package dev.acequia.stores.postgres;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.ReplayOrder;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.Origin;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.testkit.Pipelines;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline with a log in memory and real tables, and what persons, Kafka and processes do to it.
 * It knows what a migration may do to the offsets: what somebody said, once, and nothing else.
 */
final class ModelPipeline implements AutoCloseable {
  private static final Warehouse WAREHOUSE = fast();
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int KEYS = 3;

  /** What only a person can end, and whose choice of them loses nothing that is in the log. */
  private static final int LAST_DECISIONS = 20;

  /** A row of the offsets table. */
  private record Stored(UUID topicId, long nextOffset, long fence) {}

  /**
   * A batch that is ready to be written.
   *
   * @param records all that were read
   * @param rows those whose rows are in the batch
   */
  private record Prepared(
      UUID topicId,
      StoreBatch batch,
      PartitionAdvance advance,
      List<ModelRecord> records,
      List<ModelRecord> rows) {}

  /** A process that was stopped before it wrote what it had read. */
  private static final class Zombie {
    final StoreWriter writer;
    final Prepared prepared;

    /** Whether somebody took its partition over, or moved it. */
    boolean overtaken;

    Zombie(StoreWriter writer, Prepared prepared) {
      this.writer = writer;
      this.prepared = prepared;
    }
  }

  private final String name = "model_" + COUNT.incrementAndGet();
  private final TableNames names = new TableNames(name, "flights");
  private final LoadMode mode;
  private final Connection admin;
  private final Map<String, String> environment;
  private ModelLog log = new ModelLog(2);
  private int optionalFields;

  /** What consumers run: the version of the last migration that succeeded. */
  private int deployedFields;

  private UUID deployedTopic = log.id();
  private @Nullable StoreWriter writer;
  private @Nullable String writerOf;
  private @Nullable Zombie zombie;
  private @Nullable ReplayOrder order;

  private @Nullable AcceptedOffsets word;
  private final List<AcceptedOffsets> words = new ArrayList<>();

  /** Words that some migration has applied, or has recorded as there before the rows. */
  private final Set<AcceptedOffsets> spent = new HashSet<>();

  private long lastId;
  private final Map<Long, ModelRecord> said = new HashMap<>();

  /** Records whose batches were stored since the table was created. */
  private final Set<ModelRecord> read = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Records that a person's word has passed over. */
  private final Set<ModelRecord> passed = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Redriven records that nobody can judge any more, and that became dead letters again. */
  private final Set<ModelRecord> unjudged = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * Where the log of a partition was cut that had been read further: until a person accepts it,
   * nobody can read what has come instead.
   */
  private final Map<Integer, Long> cuts = new HashMap<>();

  private Map<Integer, Integer> generations = Map.of();

  private final List<ModelLetter> letters = new ArrayList<>();

  /** Bad records whose dead letters were sent back: what was wrong with them is mended. */
  private final Set<Long> mended = new HashSet<>();

  ModelPipeline(LoadMode mode) {
    this.mode = mode;
    environment = new HashMap<>(WAREHOUSE.migrationEnvironment());
    // One role for all, so that a migration has less to do.
    for (var variable :
        List.of(
            RuntimeVariable.STORE_WRITER_USERNAME,
            RuntimeVariable.STORE_WRITER_PASSWORD,
            RuntimeVariable.STORE_READER_USERNAME,
            RuntimeVariable.STORE_READER_PASSWORD)) {
      environment.remove(variable.name());
    }
    environment.put(RuntimeVariable.POD_NAME.name(), "model");
    try {
      admin = WAREHOUSE.connect(WAREHOUSE.admin(), Warehouse.ADMIN_PASSWORD);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    migrate();
  }

  /** Most of the time would go to connecting, of which a migration does much. */
  private static Warehouse fast() {
    var warehouse = Warehouse.create();
    try {
      warehouse.asSuperuser(
          "SET scram_iterations = 1",
          "ALTER ROLE %s PASSWORD '%s'"
              .formatted(warehouse.admin(), Warehouse.ADMIN_PASSWORD.replace("'", "''")),
          "ALTER ROLE %s SET synchronous_commit = off".formatted(warehouse.admin()));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return warehouse;
  }

  private Schema schema(int optionalFields) {
    var fields = new ArrayList<Field>();
    fields.add(new Field("key", FieldType.INT32, true, null));
    fields.add(new Field("id", FieldType.INT64, true, null));
    for (var i = 0; i < optionalFields; i++) {
      fields.add(new Field("more_" + i, FieldType.STRING, false, null));
    }
    return Pipelines.schema(
        mode == LoadMode.UPSERT ? List.of("key") : List.of(), fields.toArray(Field[]::new));
  }

  private PipelineDefinition definition(int optionalFields) {
    return new PipelineDefinition(
        "ops",
        "flights",
        null,
        schema(optionalFields),
        new TopicDefinition(
            "ops.flights", Pipelines.kafkaId(log.id()), log.partitions(), "ops.flights.dlq"),
        new StoreDefinition.Postgres(name, "flights"),
        mode,
        1000,
        0.05,
        word);
  }

  // What producers and Kafka do.

  void produce(int wanted, int key, boolean deletes, boolean bad) {
    var partition = partition(wanted);
    append(partition, key, deletes && mode == LoadMode.UPSERT, bad);
  }

  private void append(int partition, int key, boolean deletes, boolean bad) {
    var record =
        new ModelRecord(++lastId, partition * KEYS + key, deletes, bad, log.epoch(partition), null);
    said.put(record.id(), record);
    log.append(partition, record);
  }

  private int partition(int wanted) {
    return wanted % log.partitions();
  }

  void expire(int wanted, int count) {
    log.expire(partition(wanted), count);
  }

  void cut(int wanted, int count, int regrown) {
    var partition = partition(wanted);
    log.cut(partition, count);
    if (present(partition) > log.end(partition)) {
      cuts.merge(partition, log.end(partition), Math::min);
    }
    for (var i = 0; i < regrown; i++) {
      append(partition, i % KEYS, false, false);
    }
  }

  void grow() {
    log.grow(1);
  }

  boolean mayGrow() {
    return log.partitions() < 4;
  }

  void recreate(int partitions) {
    log = new ModelLog(partitions);
    cuts.clear();
  }

  // What persons do.

  void changeSchema() {
    optionalFields++;
    migrate();
  }

  void accept(@Nullable Integer wanted, String to) {
    give(wanted == null ? null : partition(wanted), to);
    migrate();
  }

  private void give(@Nullable Integer partition, String to) {
    word =
        new AcceptedOffsets(
            Pipelines.kafkaId(log.id()), partition, to, "word " + (words.size() + 1));
    words.add(word);
  }

  /** As a repository does that somebody sets back. */
  void bringBack(int wanted) {
    if (!words.isEmpty()) {
      word = words.get(wanted % words.size());
    }
    migrate();
  }

  void removeWord() {
    word = null;
    migrate();
  }

  void dropData() {
    run("DROP TABLE IF EXISTS " + names.data());
  }

  /** Does what the message says that is shown when the table is gone. */
  void dropAll() {
    dropData();
    var end = migrate();
    if (end.isPresent() && end.get().reason() == Termination.Reason.StoreRefused) {
      refill(end.get());
    }
  }

  private void refill(Termination end) {
    var advice = end.message();
    assertThat(advice).contains("run: DROP TABLE IF EXISTS ");
    run(advice.substring(advice.indexOf("DROP TABLE")));
    read.clear();
    passed.clear();
    cuts.clear();
    if (zombie != null) {
      zombie.overtaken = true;
    }
    migrate();
  }

  void orderReplay(int wanted, int from) {
    var partition = partition(wanted);
    order =
        new ReplayOrder(
            UUID.randomUUID().toString(),
            null,
            Pipelines.kafkaId(log.id()),
            false,
            Map.of(partition, (long) from),
            Map.of());
  }

  void redrive(int wanted) {
    if (letters.isEmpty()) {
      return;
    }
    var letter = letters.get(wanted % letters.size());
    // The command refuses others.
    if (letter.topicId().equals(log.id())) {
      var record = letter.record();
      mended.add(record.id());
      log.append(
          letter.partition(),
          new ModelRecord(
              record.id(),
              record.key(),
              record.deletes(),
              false,
              log.epoch(letter.partition()),
              letter));
    }
  }

  // The migration.

  /** Runs it, and holds it to what it may do. */
  Optional<Termination> migrate() {
    var before = stored();
    var hasData = exists(names.data());
    Optional<Termination> end = Optional.empty();
    try {
      StoreMigration.open(definition(optionalFields), environment).migrate(log.topicLog());
      deployedFields = optionalFields;
      deployedTopic = log.id();
    } catch (TerminationException e) {
      end = Optional.of(e.termination());
    } catch (StoreUnavailableException e) {
      throw new AssertionError(e);
    }
    if (!before.isEmpty() && !hasData) {
      assertThat(end.map(Termination::reason)).contains(Termination.Reason.StoreRefused);
      assertThat(stored()).isEqualTo(before);
      return end;
    }
    check(before, stored(), end);
    checkGenerations();
    return end;
  }

  private void checkGenerations() {
    var now = new TreeMap<Integer, Integer>();
    for (var row :
        rows(
            "SELECT partition, max(generation) FROM "
                + names.generations()
                + " GROUP BY partition")) {
      var columns = row.split("\\|", -1);
      now.put(Integer.valueOf(columns[0]), Integer.valueOf(columns[1]));
    }
    generations.forEach(
        (partition, generation) ->
            assertThat(now.get(partition))
                .as("the generation of partition %d", partition)
                .isGreaterThanOrEqualTo(generation));
    generations = now;
  }

  private void check(
      Map<Integer, Stored> before, Map<Integer, Stored> after, Optional<Termination> end) {
    var active = word != null && word.topicId().equals(Pipelines.kafkaId(log.id()));
    var moves = active && !spent.contains(word) ? moves(before) : new TreeMap<Integer, Long>();
    var outside =
        moves.entrySet().stream()
            .filter(move -> move.getKey() < log.partitions())
            .filter(move -> !isInLog(move.getKey(), move.getValue()))
            .map(Map.Entry::getKey)
            .findFirst();
    if (outside.isPresent()) {
      assertThat(end).as("an accepted offset outside of the log").isPresent();
      assertThat(end.get().reason()).isEqualTo(Termination.Reason.OffsetsLost);
      assertThat(end.get().message())
          .contains(
              "partition " + outside.get(),
              "holds %d to %d".formatted(log.beginning(outside.get()), log.end(outside.get())));
      assertThat(after).isEqualTo(before);
      return;
    }
    var foreign =
        before.entrySet().stream()
            .filter(row -> !row.getValue().topicId().equals(log.id()))
            .map(Map.Entry::getKey)
            .filter(partition -> !moves.containsKey(partition))
            .toList();
    if (foreign.isEmpty()) {
      assertThat(end).isEmpty();
    } else {
      assertThat(end.map(Termination::reason)).contains(Termination.Reason.TopicRecreated);
      assertThat(end.get().message()).contains("ops.flights", foreign.toString());
    }
    for (var row : before.entrySet()) {
      var partition = row.getKey();
      if (isForgotten(partition, moves.keySet())) {
        assertThat(after).as("a partition that the topic has no more").doesNotContainKey(partition);
        overtake(partition);
        continue;
      }
      assertThat(after).as("the row of partition %s", partition).containsKey(partition);
      var now = requireNonNull(after.get(partition));
      if (moves.containsKey(partition)) {
        assertThat(now.topicId()).isEqualTo(log.id());
        assertThat(now.nextOffset()).as("accepted").isEqualTo(moves.get(partition));
        assertThat(now.fence()).isGreaterThan(row.getValue().fence());
        cuts.remove(partition);
        pass(partition, now.nextOffset());
        overtake(partition);
      } else {
        assertThat(now)
            .as("partition %d, which nobody spoke of, after %s", partition, word)
            .isEqualTo(row.getValue());
      }
    }
    for (var partition = 0; partition < log.partitions(); partition++) {
      if (before.containsKey(partition)
          || !after.containsKey(partition) && !foreign.isEmpty() && !active) {
        continue;
      }
      assertThat(after)
          .as("the row of partition %d, which is new", partition)
          .containsKey(partition);
      assertThat(requireNonNull(after.get(partition)).nextOffset())
          .as("partition %d, which is new, after %s", partition, word)
          .isEqualTo(log.beginning(partition));
    }
    if (active) {
      spent.add(word);
    }
  }

  /** A topic that was created again may have fewer partitions. */
  private boolean isForgotten(int partition, Set<Integer> moved) {
    return partition >= log.partitions() && moved.contains(partition);
  }

  private boolean isInLog(int partition, long offset) {
    return offset >= log.beginning(partition) && offset <= log.end(partition);
  }

  /** Where the present word takes the partitions that it is about. */
  private Map<Integer, Long> moves(Map<Integer, Stored> before) {
    var moves = new TreeMap<Integer, Long>();
    if (word != null) {
      for (var partition : before.keySet()) {
        if (word.partition() == null || word.partition().equals(partition)) {
          moves.put(
              partition,
              partition >= log.partitions()
                  ? Long.valueOf(0)
                  : switch (word.to()) {
                    case "earliest" -> log.beginning(partition);
                    case "latest" -> log.end(partition);
                    default -> Long.parseLong(word.to());
                  });
        }
      }
    }
    return moves;
  }

  private void pass(int partition, long to) {
    for (var offset = log.beginning(partition); offset < log.end(partition); offset++) {
      var record = log.at(partition, offset);
      if (offset < to && !read.contains(record)) {
        passed.add(record);
      } else {
        passed.remove(record);
      }
    }
  }

  // What consumers do.

  /**
   * Claims a partition and stores what comes next.
   *
   * @return why a person is needed, empty when none is
   */
  Optional<String> consume(int wanted, int records) {
    var partition = partition(wanted);
    if (!hasConsumers()) {
      return Optional.empty();
    }
    try {
      var own = writer();
      var claim = claim(own, partition);
      if (claim.isEmpty()) {
        return Optional.empty();
      }
      var trouble = trouble(claim.get(), records);
      if (trouble.isPresent()) {
        return trouble;
      }
      var prepared = prepare(own, claim.get(), records);
      assertThat(write(own, prepared)).isInstanceOf(WriteResult.Stored.class);
      return Optional.empty();
    } catch (StoreUnavailableException e) {
      throw new AssertionError(e);
    }
  }

  /** A process reads, and is stopped before it writes. */
  void stopAZombie(int wanted, int records) {
    var partition = partition(wanted);
    if (!hasConsumers()) {
      return;
    }
    endZombie();
    try {
      var own = open();
      var claim = claim(own, partition);
      if (claim.isEmpty() || trouble(claim.get(), records).isPresent()) {
        own.close();
        return;
      }
      zombie = new Zombie(own, prepare(own, claim.get(), records));
    } catch (StoreUnavailableException e) {
      throw new AssertionError(e);
    }
  }

  /** It wakes up. */
  void wakeTheZombie() {
    if (zombie == null) {
      return;
    }
    try {
      var result = write(zombie.writer, zombie.prepared);
      if (zombie.overtaken) {
        assertThat(result).isEqualTo(new WriteResult.Overtaken());
      }
    } catch (StoreUnavailableException itsTablesAreGone) {
      assertThat(hasTables()).isFalse();
    }
    endZombie();
  }

  private void endZombie() {
    if (zombie != null) {
      zombie.writer.close();
      zombie = null;
    }
  }

  private void overtake(int partition) {
    if (zombie != null && zombie.prepared.advance().partition() == partition) {
      zombie.overtaken = true;
    }
  }

  /** The claim, rewound as a consumer does; empty when it must wait for a rollout. */
  private Optional<PartitionClaim> claim(StoreWriter own, int partition)
      throws StoreUnavailableException {
    var found = own.claim(partition);
    if (found.isEmpty()
        || !found.get().schemaHash().equals(schema(deployedFields).hash())
        || !found.get().topicId().equals(log.id())) {
      return Optional.empty();
    }
    overtake(partition);
    var claim = found.get();
    if (order != null && order.topicId().equals(Pipelines.kafkaId(log.id()))) {
      claim = rewind(own, claim, Rewind.of(order, claim, log.beginning(partition), mode));
    }
    return Optional.of(rewind(own, claim, Rewind.intoLog(claim, log.beginning(partition))));
  }

  private static PartitionClaim rewind(
      StoreWriter own, PartitionClaim claim, Optional<Rewind> rewind)
      throws StoreUnavailableException {
    return rewind.isEmpty() ? claim : own.rewind(claim, rewind.get()).orElseThrow();
  }

  /** Why reading cannot go on where the store is. */
  private Optional<String> trouble(PartitionClaim claim, int records) {
    if (!isInLog(claim.partition(), claim.nextOffset())) {
      return Optional.of("offset %d is not in the log".formatted(claim.nextOffset()));
    }
    if (replaysAnother(claim, records)) {
      return Optional.of("the log was cut ahead of the replay");
    }
    return Optional.ofNullable(claim.leaderEpoch())
        .flatMap(epoch -> log.cutBefore(claim.partition(), claim.nextOffset(), epoch))
        .map(Object::toString);
  }

  /** Whether a replay is to read records of another epoch than any that was read before it. */
  private boolean replaysAnother(PartitionClaim claim, int records) {
    var replay = claim.replay();
    var known = replay == null || !claim.isReplaying() ? null : replay.resumeEpoch();
    return replay != null
        && known != null
        && LongStream.range(
                claim.nextOffset(), Math.min(replay.until(), log.end(claim.partition())))
            .limit(records)
            .anyMatch(offset -> log.at(claim.partition(), offset).epoch() > known);
  }

  private Prepared prepare(StoreWriter own, PartitionClaim claim, int records) {
    var partition = claim.partition();
    var batch = own.newBatch();
    var replay = claim.isReplaying() ? claim.replay() : null;
    if (replay != null) {
      batch.expectDuplicates();
    }
    var end = log.end(partition);
    if (replay != null) {
      end = Math.min(end, replay.until());
    }
    var next = claim.nextOffset();
    var taken = new ArrayList<ModelRecord>();
    var rows = new ArrayList<ModelRecord>();
    while (next < end && taken.size() < records) {
      var record = log.at(partition, next);
      taken.add(record);
      if (add(batch, record, claim.lineage(), partition, next)) {
        rows.add(record);
      }
      next++;
    }
    var jumps = replay != null && next >= replay.until();
    var to = jumps ? requireNonNull(replay).resume() : next;
    var epoch =
        jumps
            ? requireNonNull(replay).resumeEpoch()
            : taken.isEmpty() ? claim.leaderEpoch() : (Integer) taken.getLast().epoch();
    return new Prepared(
        log.id(),
        batch,
        new PartitionAdvance(partition, claim.fence(), claim.nextOffset(), to, epoch),
        taken,
        rows);
  }

  /** Whether the record is fit to be stored. */
  private boolean add(
      StoreBatch batch, ModelRecord record, Lineage lineage, int partition, long offset) {
    var own = new Origin(lineage.at(offset), partition, offset);
    if (record.bad() && !mended.contains(record.id())) {
      letters.add(new ModelLetter(record, log.id(), own.generation(), partition, offset));
      return false;
    }
    var source = record.source();
    var origin =
        source == null ? own : new Origin(source.generation(), source.partition(), source.offset());
    var row = row(record);
    var arrival = new Arrival().from(origin.generation(), partition, origin.offset());
    if (source != null) {
      arrival.redrivenTo(own.generation(), offset);
    }
    try {
      if (record.deletes()) {
        batch.addDeletion(row, arrival);
      } else {
        batch.add(row, arrival);
      }
    } catch (BadRecordException e) {
      throw new IllegalStateException("this store holds all of the model's values", e);
    }
    return true;
  }

  private Row row(ModelRecord record) {
    var schema = schema(deployedFields);
    var row = new Row(schema);
    var json =
        "{\"key\":%d,\"id\":%d}"
            .formatted(record.key(), record.id())
            .getBytes(StandardCharsets.UTF_8);
    try {
      new RecordDecoder(schema).decode(json, 0, json.length, row);
    } catch (BadRecordException e) {
      throw new AssertionError(e);
    }
    return row;
  }

  private WriteResult write(StoreWriter own, Prepared prepared) throws StoreUnavailableException {
    CommitGate<RuntimeException> gate =
        rejected -> {
          if (!prepared.topicId().equals(log.id())) {
            throw new IllegalStateException("the topic was created again");
          }
          for (var rejection : rejected) {
            var record = prepared.rows().get(rejection.row());
            assertThat(rejection.errorClass()).isEqualTo(ErrorClass.DeletionForgotten);
            letters.add(requireNonNull(record.source()));
            unjudged.add(record);
          }
        };
    WriteResult result;
    try {
      result = own.write(prepared.batch(), List.of(prepared.advance()), gate);
    } catch (IllegalStateException topicIsGone) {
      return new WriteResult.Overtaken();
    }
    if (result instanceof WriteResult.Stored) {
      var cut = cuts.getOrDefault(prepared.advance().partition(), Long.MAX_VALUE);
      for (var i = 0; i < prepared.records().size(); i++) {
        // What is taken for a record that was read before has not been read.
        if (prepared.advance().from() + i < cut) {
          read.add(prepared.records().get(i));
        }
      }
      passed.removeAll(prepared.records());
    }
    return result;
  }

  private StoreWriter writer() {
    var version = deployedFields + " " + log.id();
    if (writer == null || !version.equals(writerOf)) {
      if (writer != null) {
        writer.close();
      }
      writer = open();
      writerOf = version;
    }
    return writer;
  }

  private StoreWriter open() {
    return StoreWriter.open(definition(deployedFields), environment);
  }

  // The end.

  /** Persons end what only they can end, so that no record of the log is passed over. */
  void settle() {
    for (var decision = 0; decision < LAST_DECISIONS; decision++) {
      if (!decide(migrate()) && !consumeAll()) {
        return;
      }
    }
    fail("after %d decisions it does not go on; %s", LAST_DECISIONS, this);
  }

  private boolean decide(Optional<Termination> end) {
    if (end.isEmpty()) {
      return false;
    }
    switch (end.get().reason()) {
      case StoreRefused -> refill(end.get());
      case TopicRecreated -> {
        if (stored().keySet().stream().anyMatch(partition -> partition >= log.partitions())) {
          accept(null, "earliest");
        }
        for (var row : stored().entrySet()) {
          if (!row.getValue().topicId().equals(log.id())) {
            accept(row.getKey(), "earliest");
          }
        }
      }
      case OffsetsLost -> accept(null, "earliest");
      default -> fail("%s", end.get());
    }
    return true;
  }

  /** Whether a person had to decide once more. */
  private boolean consumeAll() {
    for (var partition = 0; partition < log.partitions(); partition++) {
      // Twice, since a replay ends before what was not read yet.
      for (var round = 0; round < 2; round++) {
        if (consume(partition, Integer.MAX_VALUE).isPresent()) {
          accept(partition, "earliest");
          return true;
        }
      }
      assertThat(requireNonNull(stored().get(partition)).nextOffset())
          .isEqualTo(log.end(partition));
    }
    return false;
  }

  /** Holds the table against the log. */
  void check() {
    switch (mode) {
      case APPEND -> checkAppended();
      case UPSERT -> checkNewest();
    }
  }

  private void checkAppended() {
    var counts =
        rows("SELECT id, count(*) FROM " + names.data() + " GROUP BY id").stream()
            .map(row -> row.split("\\|", -1))
            .collect(Collectors.toMap(row -> Long.parseLong(row[0]), row -> row[1]));
    assertThat(counts).as("records that are there twice; %s", this).doesNotContainValue("2");
    var missing = new TreeSet<>(owed());
    missing.removeAll(counts.keySet());
    assertThat(missing).as("records that are missing; %s", this).isEmpty();
    assertThat(counts.keySet()).allMatch(this::isFit);
  }

  /** The ids of records that must have been stored. */
  private Set<Long> owed() {
    return log.records()
        .filter(record -> !record.bad() && !passed.contains(record) && !unjudged.contains(record))
        .map(ModelRecord::id)
        .collect(Collectors.toSet());
  }

  private boolean isFit(long id) {
    return !said(id).bad() || mended.contains(id);
  }

  private ModelRecord said(long id) {
    return requireNonNull(said.get(id));
  }

  private void checkNewest() {
    var found = new TreeMap<Integer, Long>();
    for (var row : rows("SELECT key, id FROM " + names.data())) {
      var columns = row.split("\\|", -1);
      found.put(Integer.valueOf(columns[0]), Long.valueOf(columns[1]));
    }
    // Includes stored records that the log has lost: no older record may replace them.
    var newest = new TreeMap<Integer, Long>();
    owed().forEach(id -> newest.merge(said(id).key(), id, Math::max));
    read.stream()
        .filter(record -> !record.bad() && !unjudged.contains(record))
        .forEach(record -> newest.merge(record.key(), record.id(), Math::max));
    newest.forEach(
        (key, id) -> {
          // What the log has lost since, or a person passed over, may be what is shown.
          var allowed =
              said.values().stream()
                  .filter(record -> record.key() == key && record.id() >= id)
                  .filter(record -> isFit(record.id()))
                  .map(record -> record.deletes() ? null : record.id())
                  .toList();
          var shown = found.get(key);
          if (allowed.stream().noneMatch(one -> java.util.Objects.equals(one, shown))) {
            fail(
                "key %d shows record %s, the newest that was stored is %d (%s); %s",
                key, shown, id, said(id).deletes() ? "a deletion" : "a value", this);
          }
        });
  }

  // The store.

  private Map<Integer, Stored> stored() {
    if (!exists(names.offsets())) {
      return Map.of();
    }
    var stored = new TreeMap<Integer, Stored>();
    for (var row : rows("SELECT partition, topic_id, next_offset, fence FROM " + names.offsets())) {
      var columns = row.split("\\|", -1);
      stored.put(
          Integer.valueOf(columns[0]),
          new Stored(
              UUID.fromString(columns[1]), Long.parseLong(columns[2]), Long.parseLong(columns[3])));
    }
    return stored;
  }

  /** Up to where a partition has been read. */
  private long present(int partition) {
    return exists(names.offsets())
        ? rows(
                "SELECT CASE WHEN next_offset < replay_until THEN replay_resume ELSE next_offset"
                    + " END FROM "
                    + names.offsets()
                    + " WHERE partition = "
                    + partition)
            .stream()
            .mapToLong(Long::parseLong)
            .findFirst()
            .orElse(0)
        : 0;
  }

  /** Those of a topic that is gone end. */
  private boolean hasConsumers() {
    return deployedTopic.equals(log.id()) && hasTables();
  }

  private boolean hasTables() {
    return exists(names.data()) && exists(names.offsets());
  }

  private boolean exists(String table) {
    return rows("SELECT to_regclass('" + table + "') IS NOT NULL").contains("t");
  }

  private List<String> rows(String sql) {
    try (var statement = admin.createStatement();
        var rows = statement.executeQuery(sql)) {
      var found = new ArrayList<String>();
      while (rows.next()) {
        var columns = new ArrayList<String>();
        for (var i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          columns.add(String.valueOf(rows.getString(i)));
        }
        found.add(String.join("|", columns));
      }
      return found;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void run(String sql) {
    try (var statement = admin.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    endZombie();
    if (writer != null) {
      writer.close();
    }
    run("DROP SCHEMA IF EXISTS " + names.quotedSchema() + " CASCADE");
    try {
      admin.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return mode
        + ", offsets "
        + stored()
        + ", word "
        + word
        + ", passed "
        + passed.stream().map(ModelRecord::id).toList()
        + ", "
        + log
        + (hasTables() ? "\n  table " + rows("SELECT * FROM " + names.data()) : "");
  }
}
