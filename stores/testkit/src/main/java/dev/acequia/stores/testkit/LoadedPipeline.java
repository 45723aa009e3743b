package dev.acequia.stores.testkit;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A pipeline in a store, and records of its schema. */
public class LoadedPipeline {
  private static final UUID TOPIC = UUID.randomUUID();

  public static final Field ID = new Field("id", FieldType.INT64, true, null);
  public static final Field NAME = new Field("name", FieldType.STRING, false, null);

  protected final Map<String, String> environment;
  public final PipelineDefinition definition;

  /** Of one partition. */
  public LoadedPipeline(
      StoreDefinition store, Map<String, String> environment, Schema schema, LoadMode mode) {
    this(store, environment, schema, mode, 1);
  }

  private LoadedPipeline(
      StoreDefinition store,
      Map<String, String> environment,
      Schema schema,
      LoadMode mode,
      int partitions) {
    this.environment = environment;
    definition = Pipelines.definition(store, schema, mode, TOPIC, partitions, null);
  }

  /** Of an id, which is the key, and a name, in append mode. */
  public LoadedPipeline(StoreFixture fixture, int partitions) {
    this(
        fixture.definition("flights"),
        fixture.writerEnvironment("pod"),
        Pipelines.schema(List.of("id"), ID, NAME),
        LoadMode.APPEND,
        partitions);
  }

  /** Of an id, which is the key, and a name. */
  public LoadedPipeline(StoreFixture fixture, LoadMode mode) {
    this(fixture, mode, ID, NAME);
  }

  /** Of fields with an id, which is the key. */
  public LoadedPipeline(StoreFixture fixture, LoadMode mode, Field... fields) {
    this(
        fixture.definition("flights"),
        fixture.writerEnvironment("pod"),
        Pipelines.schema(List.of("id"), fields),
        mode);
  }

  /** The variables by which a migration says whose it is, and of what version of the spec. */
  public static Map<String, String> owner(String installation, String version) {
    return Map.of(
        "ACEQUIA_INSTALLATION",
        installation,
        "ACEQUIA_PIPELINE_UID",
        "uid-" + installation,
        "ACEQUIA_SPEC_VERSION",
        version);
  }

  public void migrate() throws Exception {
    StoreMigration.open(definition, environment)
        .migrate(Pipelines.log(TOPIC, definition.topic().partitions(), 0, 100_000));
  }

  public void drop() throws Exception {
    StoreMigration.open(definition, environment).drop();
  }

  public StoreWriter writer() {
    return StoreWriter.open(definition, environment);
  }

  /** Claims the partition, however often the store fails. */
  public static PartitionClaim claim(StoreWriter writer) throws StoreUnavailableException {
    return writer.claim(0).orElseThrow();
  }

  public static List<PartitionAdvance> advance(PartitionClaim claim, long to) {
    return List.of(new PartitionAdvance(0, claim.fence(), claim.nextOffset(), to, null));
  }

  /** Adds a record at an offset. */
  public void add(StoreBatch batch, long offset, String json) throws BadRecordException {
    add(batch, new Arrival().from(1, 0, offset), json);
  }

  public void add(StoreBatch batch, Arrival arrival, String json) throws BadRecordException {
    var row = new Row(definition.schema());
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(definition.schema()).decode(bytes, 0, bytes.length, row);
    batch.add(row, arrival);
  }

  /** Adds the deletion of a key at an offset. */
  public void delete(StoreBatch batch, long offset, String key) throws BadRecordException {
    delete(batch, new Arrival().from(1, 0, offset), key);
  }

  public void delete(StoreBatch batch, Arrival arrival, String key) throws BadRecordException {
    var row = new Row(definition.schema());
    var bytes = key.getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(definition.schema()).decodeKey(bytes, 0, bytes.length, row);
    batch.addDeletion(row, arrival);
  }
}
