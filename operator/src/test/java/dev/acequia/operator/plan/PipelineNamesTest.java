package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PipelineNamesTest {
  private final PipelineNames names = new PipelineNames("ops", "flights");
  private final PipelineNames longest = new PipelineNames("n".repeat(63), "p".repeat(40));

  @Test
  void namesTopicsAfterNamespaceAndPipeline() {
    assertThat(names.topic()).isEqualTo("ops.flights");
    assertThat(names.deadLetterTopic()).isEqualTo("ops.flights.dlq");
  }

  @Test
  void keepsWithinWhatKubernetesPostgresAndKafkaTake() {
    assertThat(longest.definition("{}")).hasSizeLessThanOrEqualTo(63);
    assertThat(longest.migrationJob("01234567")).hasSizeLessThanOrEqualTo(57);
    assertThat(longest.storeRole("writer", "postgresql://db/w", null)).hasSize(63);
    assertThat(longest.kafkaUser()).hasSizeLessThanOrEqualTo(64);
    assertThat(longest.topic()).hasSizeLessThanOrEqualTo(249);
  }

  @Test
  void tellsRolesOfTwoDatabasesApart() {
    assertThat(names.storeRole("writer", "postgresql://db/one", null))
        .startsWith("acequia_ops_flights_writer_")
        .isNotEqualTo(names.storeRole("writer", "postgresql://db/two", null));
  }

  @Test
  void tellsRolesOfTwoInstallationsApart() {
    assertThat(names.storeRole("writer", "postgresql://db/one", "a"))
        .isNotEqualTo(names.storeRole("writer", "postgresql://db/one", "b"));
  }

  @Test
  void writesTableNamesWithoutQuotesNeeded() {
    var dashed = new PipelineNames("data-team", "bus-stops");
    assertThat(dashed.storeSchema() + "." + dashed.storeTable()).isEqualTo("data_team.bus_stops");
  }

  @Test
  void avoidsSchemasThatPostgresKeepsForItself() {
    assertThat(new PipelineNames("pg-team", "p").storeSchema()).isEqualTo("_pg_team");
    assertThat(new PipelineNames("information-schema", "p").storeSchema())
        .isEqualTo("_information_schema");
    assertThat(new PipelineNames("pgteam", "p").storeSchema()).isEqualTo("pgteam");
    var long1 = new PipelineNames("pg-" + "n".repeat(60), "p").storeSchema();
    var long2 = new PipelineNames("pg-" + "n".repeat(59) + "m", "p").storeSchema();
    assertThat(long1).hasSizeLessThanOrEqualTo(63).isNotEqualTo(long2);
  }
}
