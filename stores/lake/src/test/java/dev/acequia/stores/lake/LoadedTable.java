package dev.acequia.stores.lake;

import dev.acequia.contract.Division;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.lake.maintain.Upkeep;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.testkit.Pipelines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A table of names by id that a writer loads, and the map with its expected content. */
final class LoadedTable implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoadedTable.class);
  private static final int ATTEMPTS = 200;

  private static final Schema SCHEMA =
      Pipelines.schema(
          List.of("id"),
          new Field("id", FieldType.INT64, true, null),
          new Field("name", FieldType.STRING, false, null));

  private final LakeFixture lake;
  private final PipelineDefinition definition;
  private final StoreWriter writer;
  private PartitionClaim claim;
  private final HookedTables tables;
  private final Map<Long, String> expected = new HashMap<>();
  private long offset;

  LoadedTable(LoadMode mode, Division... divisions) throws Exception {
    this(new LakeFixture(), mode, divisions);
  }

  LoadedTable(LakeFixture lake, LoadMode mode, Division... divisions) throws Exception {
    this.lake = lake;
    definition =
        Pipelines.definition(
            lake.definition("flights", List.of(divisions)),
            SCHEMA,
            mode,
            UUID.randomUUID(),
            1,
            null);
    migrate();
    writer = StoreWriter.open(definition, lake.writerEnvironment("pod"));
    claim = writer.claim(0).orElseThrow();
    tables =
        new HookedTables(
            (StoreDefinition.Lake) definition.store(), lake.writerEnvironment("maintenance"));
  }

  /** Loads rows by one commit; a null deletes the id. */
  void load(Map<Long, @Nullable String> names) throws Exception {
    var result = write(names);
    if (!(result instanceof WriteResult.Stored)) {
      throw new IllegalStateException(result.toString());
    }
    loaded(names);
  }

  /**
   * Loads rows as a consumer does: after a failure, the next claim says whether they are stored.
   *
   * @return the number of failures
   */
  int loadInSpiteOfFailures(Map<Long, @Nullable String> names) throws Exception {
    for (var failures = 0; failures < ATTEMPTS; failures++) {
      try {
        if (failures > 0) {
          claim = writer.claim(0).orElseThrow();
        }
        if (claim.nextOffset() > offset || write(names) instanceof WriteResult.Stored) {
          loaded(names);
          return failures;
        }
      } catch (StoreUnavailableException e) {
        LOG.info("the load goes on: {}", e.getMessage());
      }
    }
    throw new IllegalStateException("no attempt succeeds");
  }

  private WriteResult write(Map<Long, @Nullable String> names) throws Exception {
    var batch = writer.newBatch();
    var row = new Row(SCHEMA);
    var arrival = new Arrival();
    var next = offset;
    for (var entry : names.entrySet()) {
      var name = entry.getValue();
      var text =
          name == null
              ? "{\"id\":%d}".formatted(entry.getKey())
              : "{\"id\":%d,\"name\":\"%s\"}".formatted(entry.getKey(), name);
      var bytes = text.getBytes(StandardCharsets.UTF_8);
      new RecordDecoder(SCHEMA).decode(bytes, 0, bytes.length, row);
      if (name == null) {
        batch.addDeletion(row, arrival.from(1, 0, next++));
      } else {
        batch.add(row, arrival.from(1, 0, next++));
      }
    }
    var advance = new PartitionAdvance(0, claim.fence(), offset, next, null);
    return writer.write(batch, List.of(advance), rejected -> {});
  }

  private void loaded(Map<Long, @Nullable String> names) {
    offset += names.size();
    names.forEach(
        (id, name) -> {
          if (name == null) {
            expected.remove(id);
          } else {
            expected.put(id, name);
          }
        });
  }

  Map<Long, String> expected() {
    return expected;
  }

  /** The names by id; fails on a duplicate id. */
  Map<Long, String> rows() throws Exception {
    var found = new HashMap<Long, String>();
    try (var rows = IcebergGenerics.read(table()).build()) {
      for (Record row : rows) {
        var former = found.put((Long) row.getField("id"), String.valueOf(row.getField("name")));
        if (former != null) {
          throw new AssertionError("twice: " + row);
        }
      }
    }
    return found;
  }

  /** The number of rows that a reader finds. */
  long count() throws Exception {
    try (var reader = lake.reader(definition)) {
      return reader.count(
          new Query(
              RecordColumns.of(definition).all(), Condition.always(), List.of(), List.of(), 1, 0));
    }
  }

  void migrate() throws Exception {
    StoreMigration.open(definition, lake.migrationEnvironment())
        .migrate(Pipelines.log(definition.topic().uuid(), 1, 0, 1_000_000_000));
  }

  /** The catalog no longer has the table; its files stay. */
  void lose() {
    lake.dropTable(definition);
  }

  /** The next migration creates the table again. */
  void refill() {
    lake.refill(definition);
  }

  /** As the deletion of its pipeline does. */
  void drop() throws Exception {
    StoreMigration.open(definition, lake.migrationEnvironment()).drop();
  }

  /** All columns of all rows, sorted. */
  List<String> records() throws Exception {
    try (var rows = IcebergGenerics.read(table()).build()) {
      return Stream.iterate(rows.iterator(), i -> i.hasNext(), i -> i)
          .map(i -> i.next().toString())
          .sorted()
          .toList();
    }
  }

  Table table() throws Exception {
    return tables.load(tables.data());
  }

  HookedTables tables() {
    return tables;
  }

  void run(Upkeep upkeep) throws Exception {
    upkeep.work(table());
  }

  /** Merges the note files. */
  void mergeNotes() throws Exception {
    for (var part : StoreHousekeeping.open(definition, lake.writerEnvironment("pod"))) {
      try (part) {
        if (part.subject().contains("marks")) {
          part.work();
        }
      }
    }
  }

  List<String> dataFiles() throws Exception {
    try (var tasks = table().newScan().planFiles()) {
      return Stream.iterate(tasks.iterator(), i -> i.hasNext(), i -> i)
          .map(i -> i.next().file().location())
          .toList();
    }
  }

  List<String> deleteFiles() throws Exception {
    var table = table();
    return table.currentSnapshot().deleteManifests(table.io()).stream()
        .flatMap(
            manifest -> {
              try (var files =
                  org.apache.iceberg.ManifestFiles.readDeleteManifest(
                      manifest, table.io(), table.specs())) {
                return Stream.iterate(files.iterator(), i -> i.hasNext(), i -> i)
                    .map(i -> i.next())
                    .map(DeleteFile::copy)
                    .map(ContentFile::location)
                    .toList()
                    .stream();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .toList();
  }

  /** The table's folder. */
  Path folder() {
    var location = ((StoreDefinition.Lake) definition.store()).location();
    return Path.of(location.substring("file:".length()));
  }

  /** The files below a folder of the table. */
  List<Path> files(String folder) throws IOException {
    try (var files = Files.walk(folder().resolve(folder))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Override
  public void close() {
    writer.close();
    tables.close();
  }
}
