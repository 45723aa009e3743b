package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.testkit.Pipelines.log;
import static dev.acequia.stores.testkit.Pipelines.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreMigration;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Operators of two clusters have pipelines of one name, and never one table. */
class TableOwnerIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final PipelineDefinition FLIGHTS =
      definition(
          schema(List.of(), new Field("id", FieldType.INT64, true, null)),
          LoadMode.APPEND,
          TOPIC,
          2,
          null);

  private final Warehouse warehouse = Warehouse.create();

  @Test
  void aSecondInstallationIsRefusedBeforeItChangesAnything() throws Exception {
    migration("here", "uid-1", "one's word").migrate(log(TOPIC, 2, 0, 100));
    var before = secrets();

    var refused = refused(() -> migrate("there", "uid-2"));
    assertThat(refused.reason()).isEqualTo(Termination.Reason.NameTaken);
    assertThat(refused.message())
        .contains("ops/flights of installation here", "ops/flights of installation there")
        .contains("DELETE FROM \"ops\".\"_acequia_owner_flights\"");
    assertThat(secrets()).isEqualTo(before);
    assertThat(owner()).containsExactly("here|ops|flights|uid-1");
  }

  /** Its migration would otherwise count as newer, and note where the other's load stands. */
  @Test
  void aSecondInstallationLeavesTheLedgerOfATableThatIsGone() throws Exception {
    migrate("here", "uid-1");
    warehouse.asSuperuser("DROP TABLE ops.flights");
    var before = ledger();
    assertThat(refused(() -> migrate("there", "uid-2")).reason())
        .isEqualTo(Termination.Reason.NameTaken);
    assertThat(ledger()).isEqualTo(before);
  }

  @Test
  void aSecondInstallationDropsNothing() throws Exception {
    migrate("here", "uid-1");
    var refused =
        refused(
            () -> {
              migration("there", "uid-2", "word").drop();
              return true;
            });
    assertThat(refused.reason()).isEqualTo(Termination.Reason.NameTaken);
    assertThat(tables()).contains("flights", "_acequia_offsets_flights");
  }

  @Test
  void aResourceThatIsMadeAgainGoesOnAndItsPredecessorDropsNothing() throws Exception {
    migrate("here", "uid-1");
    migrate("here", "uid-2");
    assertThat(owner()).containsExactly("here|ops|flights|uid-2");
    assertThat(
            refused(
                    () -> {
                      migration("here", "uid-1", "word").drop();
                      return true;
                    })
                .message())
        .contains("uid-1", "uid-2");
    assertThat(tables()).contains("flights");

    migration("here", "uid-2", "word").drop();
    assertThat(tables()).isEmpty();
  }

  @Test
  void theFirstToMigrateATableOfAFormerVersionHasIt() throws Exception {
    StoreMigration.open(FLIGHTS, warehouse.migrationEnvironment()).migrate(log(TOPIC, 2, 0, 100));
    migrate("here", "uid-1");
    assertThat(owner()).containsExactly("here|ops|flights|uid-1");
    assertThat(refused(() -> migrate("there", "uid-2")).reason())
        .isEqualTo(Termination.Reason.NameTaken);
  }

  @Test
  void aTableThatIsFilledAnewKeepsItsOwner() throws Exception {
    migrate("here", "uid-1");
    warehouse.asSuperuser(
        "DROP TABLE "
            + String.join(
                ", ",
                new TableNames("ops", "flights")
                    .refilled().stream().filter(name -> !name.contains("deleted")).toList()));
    assertThat(refused(() -> migrate("there", "uid-2")).reason())
        .isEqualTo(Termination.Reason.NameTaken);
    migrate("here", "uid-1");
    assertThat(tables()).contains("flights");
  }

  @Test
  void aPersonHandsATableOver() throws Exception {
    migrate("here", "uid-1");
    warehouse.asSuperuser("DELETE FROM ops._acequia_owner_flights");
    migrate("there", "uid-2");
    assertThat(owner()).containsExactly("there|ops|flights|uid-2");
    assertThat(refused(() -> migrate("here", "uid-1")).reason())
        .isEqualTo(Termination.Reason.NameTaken);
  }

  @Test
  void ofManyInstallationsAtOnceOneHasTheTable() throws Exception {
    var rivals = IntStream.range(0, 6).boxed().toList();
    var won = new ArrayList<String>();
    try (var threads = Executors.newFixedThreadPool(rivals.size())) {
      var calls = new ArrayList<Callable<String>>();
      for (var rival : rivals) {
        calls.add(
            () -> {
              try {
                migrate("rival-" + rival, "uid");
                return "rival-" + rival;
              } catch (TerminationException e) {
                assertThat(e.termination().reason()).isEqualTo(Termination.Reason.NameTaken);
                return "";
              }
            });
      }
      for (var result : threads.invokeAll(calls)) {
        if (!result.get().isEmpty()) {
          won.add(result.get());
        }
      }
    }
    assertThat(won).hasSize(1);
    assertThat(owner()).containsExactly(won.getFirst() + "|ops|flights|uid");
  }

  private boolean migrate(String installation, String uid) throws Exception {
    migration(installation, uid, Warehouse.WRITER_PASSWORD).migrate(log(TOPIC, 2, 0, 100));
    return true;
  }

  private StoreMigration migration(String installation, String uid, String writerPassword) {
    var environment = new HashMap<>(warehouse.migrationEnvironment());
    environment.put(RuntimeVariable.ACEQUIA_INSTALLATION.name(), installation);
    environment.put(RuntimeVariable.ACEQUIA_PIPELINE_UID.name(), uid);
    environment.put(RuntimeVariable.ACEQUIA_SPEC_VERSION.name(), uid + "/1");
    environment.put(RuntimeVariable.STORE_WRITER_PASSWORD.name(), writerPassword);
    return StoreMigration.open(FLIGHTS, environment);
  }

  private static Termination refused(Callable<?> work) {
    return catchThrowableOfType(TerminationException.class, work::call).termination();
  }

  private List<String> owner() throws SQLException {
    return warehouse.rows(
        "SELECT installation, namespace, pipeline, uid FROM ops._acequia_owner_flights");
  }

  private List<String> ledger() throws SQLException {
    return warehouse.rows(
        "SELECT partition, specs, read_until FROM ops._acequia_generations_flights ORDER BY 1");
  }

  private List<String> tables() throws SQLException {
    return warehouse.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'ops'");
  }

  /** The roles' verifiers: another installation's migration would change the password. */
  private List<String> secrets() throws SQLException {
    return warehouse.rows(
        "SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE '%s_%%' ORDER BY rolname"
            .formatted(warehouse.writer().replace("_writer", "")));
  }
}
