package dev.acequia.operator.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.PostgresSpec;
import dev.acequia.operator.store.StorePlan.Purpose;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

class PostgresPlanTest {
  @Test
  void namesTheTableWithoutQuotesNeeded() {
    assertThat(plan("data-team", "bus-stops").place()).isEqualTo("data_team.bus_stops");
    assertThat(plan("data-team", "bus-stops").identity()).isEqualTo("postgres:data_team.bus_stops");
  }

  @Test
  void avoidsSchemasThatPostgresKeepsForItself() {
    assertThat(plan("pg-team", "p").definition().schema()).isEqualTo("_pg_team");
    assertThat(plan("information-schema", "p").definition().schema())
        .isEqualTo("_information_schema");
    assertThat(plan("pgteam", "p").definition().schema()).isEqualTo("pgteam");
    var long1 = plan("pg-" + "n".repeat(60), "p").definition().schema();
    var long2 = plan("pg-" + "n".repeat(59) + "m", "p").definition().schema();
    assertThat(long1).hasSizeLessThanOrEqualTo(63).isNotEqualTo(long2);
  }

  @Test
  void keepsRolesWithinWhatPostgresTakes() {
    assertThat(
            plan("n".repeat(63), "p".repeat(40)).login(Purpose.WRITER, "postgresql://db/w", null))
        .hasSize(63);
  }

  @Test
  void tellsRolesOfTwoDatabasesApart() {
    var plan = plan("ops", "flights");
    assertThat(plan.login(Purpose.WRITER, "postgresql://db/one", null))
        .startsWith("acequia_ops_flights_writer_")
        .isNotEqualTo(plan.login(Purpose.WRITER, "postgresql://db/two", null));
  }

  @Test
  void tellsRolesOfTwoInstallationsApart() {
    var plan = plan("ops", "flights");
    assertThat(plan.login(Purpose.WRITER, "postgresql://db/one", "a"))
        .isNotEqualTo(plan.login(Purpose.WRITER, "postgresql://db/one", "b"));
  }

  @Test
  void saysHowToDropByHand() {
    assertThat(
            plan("ops", "flights", "secretName: w\nschema: lake\ntable: departures").dropByHand())
        .startsWith(
            "SET search_path TO \"lake\"; DROP TABLE IF EXISTS \"departures\","
                + " \"_acequia_offsets_departures\"")
        .contains("_acequia_deleted_departures", "'Acequia pipeline ops/flights in '");
  }

  private static PostgresPlan plan(String namespace, String pipeline) {
    return plan(namespace, pipeline, "secretName: w");
  }

  private static PostgresPlan plan(String namespace, String pipeline, String spec) {
    return new PostgresPlan(namespace, pipeline, Serialization.unmarshal(spec, PostgresSpec.class));
  }
}
