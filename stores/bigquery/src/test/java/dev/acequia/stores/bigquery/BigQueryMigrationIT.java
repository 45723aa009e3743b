package dev.acequia.stores.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Field.Mode;
import com.google.cloud.bigquery.FieldList;
import com.google.cloud.bigquery.PrimaryKey;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableConstraints;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.TimePartitioning;
import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.TimePartition;
import dev.acequia.servers.bigquery.Faults;
import dev.acequia.servers.bigquery.Faults.Fault;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.bigquery.client.Clients;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.testkit.Pipelines;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tables, and what a migration does to those that are there. */
class BigQueryMigrationIT {
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};
  private static final Field STARTS = new Field("starts", FieldType.TIMESTAMP, true, null);
  private static final Field SITE = new Field("site", FieldType.STRING, false, null);

  private final BigQueryFixture fixture = new BigQueryFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private BigQueryPipeline pipeline(
      StoreDefinition.BigQuery store, LoadMode mode, Map<String, String> more, Field... fields) {
    var environment = new HashMap<>(fixture.migrationEnvironment());
    environment.putAll(more);
    return new BigQueryPipeline(store, environment, Pipelines.schema(List.of("id"), fields), mode);
  }

  private BigQueryPipeline pipeline(StoreDefinition.BigQuery store, LoadMode mode) {
    return pipeline(store, mode, Map.of(), BigQueryPipeline.ID, STARTS, SITE);
  }

  private StoreDefinition.BigQuery store() {
    return fixture.definition("flights");
  }

  private StandardTableDefinition table(BigQueryPipeline pipeline) throws Exception {
    return fixture.statements().find(pipeline.names().data()).orElseThrow().getDefinition();
  }

  private static Termination refused(BigQueryPipeline pipeline) {
    return catchThrowableOfType(TerminationException.class, pipeline::migrate).termination();
  }

  private static Mode mode(StandardTableDefinition table, String column) {
    return fields(table).get(column).getMode();
  }

  private static FieldList fields(StandardTableDefinition table) {
    return Objects.requireNonNull(table.getSchema()).getFields();
  }

  private static List<String> clusters(StandardTableDefinition table) {
    return Objects.requireNonNull(table.getClustering()).getFields();
  }

  @Test
  void makesTheTableAsTheDefinitionHasIt() throws Exception {
    var partition = new TimePartition("starts", TimePartition.Unit.MONTH);
    var parted = fixture.definition("flights", null, partition, List.of("site"));
    pipeline(parted, LoadMode.APPEND).migrate();
    var append = table(pipeline(parted, LoadMode.APPEND));
    assertThat(append.getTimePartitioning())
        .isEqualTo(
            TimePartitioning.newBuilder(TimePartitioning.Type.MONTH).setField("starts").build());
    assertThat(clusters(append)).containsExactly("site");
    assertThat(mode(append, "starts")).isEqualTo(Mode.REQUIRED);
    assertThat(mode(append, "site")).isEqualTo(Mode.NULLABLE);

    var other = fixture.definition("others");
    pipeline(other, LoadMode.UPSERT).migrate();
    var upsert = table(pipeline(other, LoadMode.UPSERT));
    assertThat(upsert.getTableConstraints())
        .isEqualTo(
            TableConstraints.newBuilder()
                .setPrimaryKey(PrimaryKey.newBuilder().setColumns(List.of("id")).build())
                .build());
    assertThat(clusters(upsert)).containsExactly("id");
    assertThat(mode(upsert, "id")).isEqualTo(Mode.REQUIRED);
    assertThat(mode(upsert, "starts")).as("a deletion has none").isEqualTo(Mode.NULLABLE);
  }

  @Test
  void keepsColumnsOfAPersonAndSortsByOtherFields() throws Exception {
    var pipeline = pipeline(store(), LoadMode.APPEND);
    pipeline.migrate();
    var columns = List.copyOf(fields(table(pipeline)));
    var more = new ArrayList<>(columns);
    more.add(com.google.cloud.bigquery.Field.of("of_a_person", StandardSQLTypeName.STRING));
    fixture
        .statements()
        .update(TableInfo.of(pipeline.names().data(), StandardTableDefinition.of(Schema.of(more))));
    pipeline(
            fixture.definition("flights", null, null, List.of("site")),
            LoadMode.APPEND,
            Map.of(),
            BigQueryPipeline.ID,
            STARTS,
            SITE,
            BigQueryPipeline.NAME)
        .migrate();
    var table = table(pipeline);
    assertThat(fields(table))
        .extracting(com.google.cloud.bigquery.Field::getName)
        .endsWith("of_a_person", "name");
    assertThat(clusters(table)).containsExactly("site");
  }

  @Test
  void aKeysColumnKeepsItsType() throws Exception {
    var narrow = new Field("id", FieldType.DECIMAL, true, new Digits(9, 2), null);
    var wide = new Field("id", FieldType.DECIMAL, true, new Digits(38, 2), null);
    pipeline(store(), LoadMode.UPSERT, Map.of(), narrow).migrate();
    var refusal = refused(pipeline(store(), LoadMode.UPSERT, Map.of(), wide));
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.SchemaChangeRefused);
    assertThat(refusal.message())
        .contains("'id' cannot change from decimal(9,2) to decimal(38,2)")
        .contains("from NUMERIC to BIGNUMERIC");
  }

  @Test
  void fillsNoTableThatSomebodyElseHasFilled() throws Exception {
    var pipeline = pipeline(store(), LoadMode.APPEND);
    pipeline.migrate();
    fixture
        .statements()
        .change(
            "INSERT INTO %s (id, starts, _generation, _topic_partition, _offset) VALUES (1, TIMESTAMP '2026-01-01 00:00:00+00', 1, 0, 0)"
                .formatted(Statements.name(pipeline.names().data())),
            Map.of());
    fixture.statements().drop(pipeline.names().state());
    var refusal = refused(pipeline);
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.NameTaken);
    assertThat(refusal.message()).contains("this pipeline has not filled it");
  }

  @Test
  void namesAllThatATableOfSomebodyElseHasOtherwise() throws Exception {
    var parted =
        fixture.definition(
            "flights", null, new TimePartition("starts", TimePartition.Unit.DAY), List.of());
    var pipeline = pipeline(parted, LoadMode.UPSERT);
    pipeline.migrate();
    pipeline.drop();
    fixture
        .statements()
        .create(
            pipeline.names().data(),
            StandardTableDefinition.of(
                Schema.of(
                    com.google.cloud.bigquery.Field.of("id", StandardSQLTypeName.STRING),
                    com.google.cloud.bigquery.Field.newBuilder("own", StandardSQLTypeName.INT64)
                        .setMode(Mode.REQUIRED)
                        .build())));
    var refusal = refused(pipeline);
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.NameTaken);
    assertThat(refusal.message())
        .contains("has no column _offset")
        .contains("column id is STRING, not INT64")
        .contains("requires the column own")
        .contains("not by DAY of starts")
        .contains("primary key is [], not [id]");
  }

  @Test
  void refusesATableThatWasMadeAgain() throws Exception {
    var pipeline = pipeline(store(), LoadMode.APPEND);
    pipeline.migrate();
    var shape = table(pipeline);
    fixture.statements().drop(pipeline.names().data());
    fixture.statements().create(pipeline.names().data(), shape);
    var refusal = refused(pipeline);
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.NameTaken);
    // What it says helps.
    var command = refusal.message().substring(refusal.message().indexOf("bq query"));
    fixture.statements().change(RegistryCommandsTest.statement(command), Map.of());
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      assertThat(BigQueryPipeline.claim(writer).nextOffset()).isZero();
    }
  }

  @Test
  void dropsNoTableThatItHasNotFilled() throws Exception {
    var pipeline = pipeline(store(), LoadMode.APPEND);
    pipeline.migrate();
    var shape = table(pipeline);
    fixture.statements().drop(pipeline.names().data());
    fixture.statements().create(pipeline.names().data(), shape);
    pipeline.drop();
    assertThat(fixture.statements().find(pipeline.names().data())).isPresent();
    assertThat(fixture.statements().find(pipeline.names().state())).isEmpty();
    assertThat(fixture.statements().find(pipeline.names().marks())).isEmpty();
    assertThat(fixture.statements().find(pipeline.names().repeats())).isEmpty();
  }

  @Test
  void refusesADatasetInAnotherLocation() throws Exception {
    pipeline(fixture.definition("flights", "EU", null, List.of()), LoadMode.APPEND).migrate();
    pipeline(fixture.definition("flights", "eu", null, List.of()), LoadMode.APPEND).migrate();
    var refusal =
        refused(pipeline(fixture.definition("flights", "US", null, List.of()), LoadMode.APPEND));
    assertThat(refusal.message()).contains("The dataset test is in EU, not in US");
  }

  @Test
  void refusesTablesThatExpire() throws Exception {
    var client = Clients.statements(fixture.definition("any"), Map.of());
    client.create(
        DatasetInfo.newBuilder(BigQueryFixture.DATASET)
            .setDefaultTableLifetime(3_600_000L)
            .build());
    var refusal = refused(pipeline(store(), LoadMode.APPEND));
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.StoreRefused);
    assertThat(refusal.message())
        .contains("expires", "bq update --expiration 0", "--default_table_expiration 0");
  }

  @Test
  void belongsToOnePipelineOfAllInstallations() throws Exception {
    pipeline(store(), LoadMode.APPEND, BigQueryPipeline.owner("one", "a/1"), BigQueryPipeline.ID)
        .migrate();
    var other =
        pipeline(
            store(), LoadMode.APPEND, BigQueryPipeline.owner("other", "b/1"), BigQueryPipeline.ID);
    assertThat(refused(other).reason()).isEqualTo(Termination.Reason.NameTaken);
    assertThatThrownBy(other::drop)
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("of installation one");
    assertThat(fixture.statements().find(other.names().data())).isPresent();
  }

  @Test
  void anOlderMigrationThatEndsLastChangesNothing() throws Exception {
    pipeline(store(), LoadMode.APPEND, BigQueryPipeline.owner("one", "a/2"), BigQueryPipeline.ID)
        .migrate();
    var older =
        pipeline(
            store(),
            LoadMode.APPEND,
            BigQueryPipeline.owner("one", "a/1"),
            BigQueryPipeline.ID,
            SITE);
    assertThatThrownBy(older::migrate).hasMessageContaining("A newer migration");
    assertThat(fields(table(older)))
        .extracting(com.google.cloud.bigquery.Field::getName)
        .doesNotContain("site");
  }

  /** The owner has not written how far it has read, and goes on. */
  @Test
  void anAcceptedWayBackEndsBehindAllRows() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var owner = pipeline.writer()) {
      var batch = owner.newBatch();
      for (var i = 0; i < 3; i++) {
        pipeline.add(batch, i, "{\"id\":" + i + "}");
      }
      var claim = BigQueryPipeline.claim(owner);
      owner.write(batch, BigQueryPipeline.advance(claim, 3), OPEN);
      var topic = pipeline.definition.topic();
      var accepting =
          Pipelines.definition(
              pipeline.definition.store(),
              pipeline.definition.schema(),
              LoadMode.APPEND,
              topic.uuid(),
              1,
              new AcceptedOffsets(topic.id(), null, "1"));
      StoreMigration.open(accepting, Map.of()).migrate(Pipelines.log(topic.uuid(), 1, 0, 100));
      assertThat(BigQueryPipeline.claim(owner).replay())
          .isNotNull()
          .extracting(PartitionReplay::from, PartitionReplay::until, PartitionReplay::resume)
          .containsExactly(1L, 3L, 3L);
    }
  }

  private static void load(
      BigQueryPipeline pipeline, StoreWriter owner, PartitionClaim claim, String record)
      throws Exception {
    var batch = owner.newBatch();
    pipeline.add(batch, claim.nextOffset(), record);
    var next = claim.nextOffset() + 1;
    assertThat(owner.write(batch, BigQueryPipeline.advance(claim, next), OPEN))
        .isEqualTo(new WriteResult.Stored(1, 0, 0));
  }

  /** Its integers go into a column of decimals. */
  @Test
  void ownersGoOnWhileAColumnIsWidened() throws Exception {
    var narrow = new Field("x", FieldType.INT64, false, null);
    var wide = new Field("x", FieldType.DECIMAL, false, null);
    var former = pipeline(store(), LoadMode.APPEND, Map.of(), BigQueryPipeline.ID, narrow);
    var latter = pipeline(store(), LoadMode.APPEND, Map.of(), BigQueryPipeline.ID, wide);
    former.migrate();
    try (var owner = former.writer()) {
      var claim = BigQueryPipeline.claim(owner);
      var isWidened = new AtomicBoolean();
      var isLoaded = new AtomicBoolean();
      fixture
          .server()
          .faults(
              call -> {
                if (isWidened.get() && !isLoaded.getAndSet(true)) {
                  try {
                    load(former, owner, claim, "{\"id\":1,\"x\":9223372036854775807}");
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                }
                isWidened.compareAndSet(false, call.subject().startsWith("ALTER TABLE"));
                return Fault.NONE;
              });
      latter.migrate();
      fixture.server().faults(Faults.NONE);
      assertThat(isLoaded).isTrue();
    }
    try (var successor = latter.writer()) {
      var claim = BigQueryPipeline.claim(successor);
      assertThat(claim.nextOffset()).isEqualTo(1);
      load(latter, successor, claim, "{\"id\":2,\"x\":0.5}");
    }
    assertThat(
            fixture.statements().rows("SELECT x FROM `acequia.test.flights` ORDER BY id", Map.of()))
        .extracting(row -> row.get("x").getStringValue())
        .containsExactly("9223372036854775807", "0.5");
  }

  /** A former owner must not go on with the former schema. */
  @Test
  void endsTheStreamsThatAMigrationHasLeftWhichFailed() throws Exception {
    var former = new BigQueryPipeline(fixture, LoadMode.APPEND);
    var latter =
        new BigQueryPipeline(
            fixture, LoadMode.APPEND, BigQueryPipeline.ID, BigQueryPipeline.NAME, SITE);
    former.migrate();
    try (var owner = former.writer()) {
      var claim = BigQueryPipeline.claim(owner);
      fixture
          .server()
          .faults(
              call -> {
                if (call.method().equals("FinalizeWriteStream")) {
                  throw new IllegalStateException("which the client does not try again");
                }
                return Fault.NONE;
              });
      assertThatThrownBy(latter::migrate).isInstanceOf(StoreUnavailableException.class);
      fixture.server().faults(Faults.NONE);
      latter.migrate();
      var batch = owner.newBatch();
      former.add(batch, 0, "{\"id\":1,\"name\":\"late\"}");
      assertThat(owner.write(batch, BigQueryPipeline.advance(claim, 1), OPEN))
          .isEqualTo(new WriteResult.Overtaken());
    }
    try (var successor = latter.writer()) {
      assertThat(BigQueryPipeline.claim(successor).nextOffset()).isZero();
    }
  }

  /** Nobody can say any more up to where it was read, so that a cut behind that would be unseen. */
  @Test
  void logsOfATableThatIsLostWithItsLastRowsBeginAGeneration() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var owner = pipeline.writer()) {
      load(pipeline, owner, BigQueryPipeline.claim(owner), "{\"id\":1}");
      fixture.dropTable(pipeline.definition);
      assertThat(refused(pipeline).message()).contains("is gone");
    }
    fixture.refill(pipeline.definition);
    pipeline.migrate();
    try (var successor = pipeline.writer()) {
      var claim = BigQueryPipeline.claim(successor);
      assertThat(claim.nextOffset()).isZero();
      assertThat(claim.lineage())
          .isEqualTo(
              new Lineage(List.of(new Lineage.Generation(1, 0), new Lineage.Generation(2, 0))));
    }
  }
}
