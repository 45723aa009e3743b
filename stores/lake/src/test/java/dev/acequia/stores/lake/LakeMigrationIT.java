package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.SpecVersion;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.Lineage.Generation;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.lake.catalog.LakeCatalogs;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.testkit.Pipelines;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

/** What a migration does that is no matter of every store. */
class LakeMigrationIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final String ID = "0f7c1a52-0000-4000-8000-000000000001";
  private static final String OTHER_ID = "0f7c1a52-0000-4000-8000-000000000002";

  private final LakeFixture lake = new LakeFixture();
  private final PipelineDefinition definition = definition();

  private PipelineDefinition definition(Field... more) {
    var fields = new ArrayList<Field>();
    fields.add(new Field("id", FieldType.INT64, true, null));
    fields.addAll(List.of(more));
    return Pipelines.definition(
        lake.definition("flights"),
        Pipelines.schema(List.of("id"), fields.toArray(Field[]::new)),
        LoadMode.APPEND,
        TOPIC,
        1,
        null);
  }

  private StoreMigration migration(PipelineDefinition of, Map<String, String> more) {
    var environment = new HashMap<>(lake.migrationEnvironment());
    environment.putAll(more);
    return StoreMigration.open(of, environment);
  }

  private void migrate(PipelineDefinition of, Map<String, String> more)
      throws TerminationException, StoreUnavailableException {
    migration(of, more).migrate(Pipelines.log(TOPIC, 1, 0, 1000));
  }

  private static Map<String, String> owner(String installation, String uid) {
    return Map.of(
        RuntimeVariable.ACEQUIA_INSTALLATION.name(),
        installation,
        RuntimeVariable.ACEQUIA_PIPELINE_UID.name(),
        uid);
  }

  private static Map<String, String> version(String resource, long number) {
    return Map.of(
        RuntimeVariable.ACEQUIA_SPEC_VERSION.name(), new SpecVersion(resource, number).toString());
  }

  @Test
  void aPipelineOfAnotherInstallationTakesAndDropsNothing() throws Exception {
    migrate(definition, owner("one", ID));
    var refusal =
        catchThrowableOfType(
            TerminationException.class, () -> migrate(definition, owner("other", OTHER_ID)));
    assertThat(refusal.termination().reason()).isEqualTo(Termination.Reason.NameTaken);
    assertThat(refusal.getMessage()).contains("installation one").contains("installation other");
    assertThatThrownBy(() -> migration(definition, owner("other", OTHER_ID)).drop())
        .isInstanceOf(TerminationException.class);

    // As the message says.
    lake.act(
        definition,
        tables -> tables.load(tables.beside()).updateProperties().remove("acequia.owner").commit());
    migrate(definition, owner("other", OTHER_ID));
    assertThatThrownBy(() -> migrate(definition, owner("one", ID)))
        .isInstanceOf(TerminationException.class);
  }

  @Test
  void aResourceDropsNoTableOfItsSuccessor() throws Exception {
    migrate(definition, owner("one", ID));
    migrate(definition, owner("one", OTHER_ID));
    assertThatThrownBy(() -> migration(definition, owner("one", ID)).drop())
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining(OTHER_ID);
    migration(definition, owner("one", OTHER_ID)).drop();
    assertThat(lake.roles()).isEmpty();
  }

  @Test
  void anOlderMigrationThatEndsLastChangesNothing() throws Exception {
    var newer = definition(new Field("more", FieldType.STRING, false, null));
    migrate(newer, version(ID, 2));
    assertThatThrownBy(() -> migrate(definition, version(ID, 1)))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("version " + ID + "/1")
        .hasMessageContaining(ID + "/2");
    migrate(newer, version(OTHER_ID, 1));
    assertThatThrownBy(() -> migrate(definition, version(ID, 3)))
        .isInstanceOf(StoreUnavailableException.class);
    try (var writer = StoreWriter.open(newer, lake.writerEnvironment("pod"))) {
      assertThat(writer.claim(0).orElseThrow().schemaHash()).isEqualTo(newer.schema().hash());
    }
  }

  /** After a restore of the cluster, no resource has the newer version. */
  @Test
  void anOlderMigrationTakesPlaceOnceAPersonHasDoneWhatItSays() throws Exception {
    migrate(definition, version(ID, 2));
    assertThatThrownBy(() -> migrate(definition, version(ID, 1)))
        .hasMessageContaining("UNSET TBLPROPERTIES ('acequia.specs')");
    lake.act(
        definition,
        tables -> tables.load(tables.beside()).updateProperties().remove("acequia.specs").commit());
    migrate(definition, version(ID, 1));
  }

  /** The message says how to accept the offsets again. */
  @Test
  void anOlderMigrationSaysWhichWordIsLostWithIt() throws Exception {
    migrate(definition, version(ID, 2));
    var accepting =
        Pipelines.definition(
            definition.store(),
            definition.schema(),
            LoadMode.APPEND,
            TOPIC,
            1,
            new AcceptedOffsets(Pipelines.kafkaId(TOPIC), 0, "50"));
    assertThatThrownBy(() -> migrate(accepting, version(ID, 1)))
        .hasMessageContaining("./acequia offsets accept")
        .hasMessageContaining("--partition 0 --to 50");
    migrate(accepting, version(ID, 3));
    assertThatThrownBy(() -> migrate(accepting, version(ID, 1)))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageNotContaining("offsets accept");
  }

  @Test
  void saysWhyAnIntegerCannotBecomeADecimal() throws Exception {
    migrate(definition(new Field("x", FieldType.INT64, false, null)), Map.of());
    assertThatThrownBy(
            () -> migrate(definition(new Field("x", FieldType.DECIMAL, false, null)), Map.of()))
        .hasMessage(
            "Field 'x' cannot change from int64 to decimal(38,18): the files of a lake are not rewritten, so only int32 may become int64, and a decimal's precision may grow.");
  }

  @Test
  void makesAColumnOfTheDigitsOfItsDecimal() throws Exception {
    var few = new Field("x", FieldType.DECIMAL, false, new Digits(9, 2), null);
    var more = new Field("x", FieldType.DECIMAL, false, new Digits(12, 2), null);
    var any = new Field("y", FieldType.DECIMAL, false, null);
    migrate(definition(few, any), Map.of());
    assertThat(columnType("x")).isEqualTo(Types.DecimalType.of(9, 2));
    assertThat(columnType("y")).isEqualTo(Types.DecimalType.of(38, 18));
    migrate(definition(more, any), Map.of());
    assertThat(columnType("x")).isEqualTo(Types.DecimalType.of(12, 2));
  }

  private Type columnType(String column) {
    var type = new AtomicReference<Type>();
    lake.act(definition, tables -> type.set(tables.load(tables.data()).schema().findType(column)));
    return type.get();
  }

  /** Nobody knows what was read, so nothing that is read now may be taken for it. */
  @Test
  void aTableThatIsGoneWithItsFilesHasANewGenerationWhenItIsFilledAnew() throws Exception {
    migrate(definition, Map.of());
    lake.act(definition, tables -> tables.catalog().dropTable(tables.data(), true));
    for (var attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> migrate(definition, Map.of())).hasMessageContaining("is gone");
    }
    lake.refill(definition);
    migrate(definition, Map.of());
    try (var writer = StoreWriter.open(definition, lake.writerEnvironment("pod"))) {
      assertThat(writer.claim(0).orElseThrow().lineage())
          .isEqualTo(new Lineage(List.of(new Generation(1, 0), new Generation(2, 0))));
    }
  }

  private void make(TableIdentifier name, Map<String, String> properties) {
    lake.act(
        definition,
        tables ->
            tables
                .catalog()
                .buildTable(name, LakeColumns.of(definition.schema()))
                .withProperties(properties)
                .create());
  }

  /** In a shared catalog the name may be another team's. */
  @Test
  void takesOverNoTableThatItDidNotMake() throws Exception {
    var own = LakeCatalogs.table((StoreDefinition.Lake) definition.store());
    migrate(definition, owner("one", ID));
    migration(definition, owner("one", ID)).drop();
    lake.prepare(definition);
    make(own, Map.of());
    assertThatThrownBy(() -> migrate(definition, owner("one", ID)))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("was not made for this pipeline");
    assertThatThrownBy(() -> migration(definition, owner("one", ID)).drop())
        .isInstanceOf(TerminationException.class);
    lake.act(definition, tables -> assertThat(tables.find(tables.data())).isPresent());
  }

  @Test
  void takesNoTableOfColumnsForItsSecondOne() throws Exception {
    migrate(definition, owner("one", ID));
    migration(definition, owner("one", ID)).drop();
    lake.prepare(definition);
    lake.act(definition, tables -> make(tables.beside(), Map.of()));
    assertThatThrownBy(() -> migrate(definition, owner("one", ID)))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("has other columns");
  }

  /** A copy may have the properties without the rows. */
  @Test
  void takesNoTableForTheOneThatWasFilled() throws Exception {
    migrate(definition, owner("one", ID));
    lake.act(
        definition,
        tables -> {
          var properties = tables.load(tables.data()).properties();
          tables.catalog().dropTable(tables.data(), true);
          make(tables.data(), properties);
        });
    assertThatThrownBy(() -> migrate(definition, owner("one", ID)))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("is not the one that this pipeline filled")
        .hasMessageContaining("UNSET TBLPROPERTIES ('acequia.table')");
  }

  @Test
  void takesOverNoRoleThatItDidNotMake() throws Exception {
    lake.makeRole();
    assertThatThrownBy(() -> migrate(definition, Map.of()))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("was not made for this pipeline");
  }

  /** The schema's owner could replace the tables in it. */
  @Test
  void usesNoSchemaOfSomebodyElse() throws Exception {
    lake.makeSchema();
    assertThatThrownBy(() -> migrate(definition, Map.of()))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("belongs to another role");
  }

  /** A catalog has a role for each purpose. */
  @Test
  void aReaderMovesNoTable() throws Exception {
    migrate(definition, Map.of());
    try (var reader = StoreWriter.open(definition, lake.readerEnvironment())) {
      assertThatThrownBy(() -> reader.claim(0))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("permission denied")
          .rootCause()
          .isInstanceOf(SQLException.class);
    }
  }
}
