package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LakeDefinitionTest {
  static List<LakeCatalog> catalogs() {
    return List.of(
        new LakeCatalog.Jdbc("ops_flights"),
        new LakeCatalog.Glue("123456789012", null),
        new LakeCatalog.Glue(null, "http://localhost:5000"),
        new LakeCatalog.Rest("https://catalog.example.com", "ops"));
  }

  private static PipelineDefinition flights(LakeCatalog catalog) {
    return new PipelineDefinition(
        "ops",
        "flights",
        null,
        new Schema(
            List.of(),
            List.of(
                new Field("carrier", FieldType.STRING, true, null),
                new Field("dep_time", FieldType.TIMESTAMP, true, null)),
            UnknownFields.REJECT),
        new TopicDefinition("ops.flights", "Vkzx5VNgS4uCd8_jwZ0aOg", 6, "ops.flights.dlq"),
        new StoreDefinition.Lake(
            "ops",
            "flights",
            "s3://lake/ops/flights",
            catalog,
            "eu-central-1",
            null,
            30,
            List.of(
                new Division("dep_time", Division.Transform.DAY),
                new Division("carrier", Division.Transform.BUCKET, 8)),
            new LakeEngine.DuckDb(1L << 30)),
        LoadMode.APPEND,
        1000,
        0.05,
        null);
  }

  @ParameterizedTest
  @MethodSource("catalogs")
  void readsBackWhatItWrote(LakeCatalog catalog) {
    var definition = flights(catalog);
    assertThat(PipelineDefinition.fromJson(definition.toJson())).isEqualTo(definition);
  }

  @Test
  void namesKindsAndTransformsAsUsersDo() {
    assertThat(flights(new LakeCatalog.Jdbc("ops_flights")).toJson())
        .contains("\"catalog\":{\"kind\":\"jdbc\",\"schema\":\"ops_flights\"}")
        .contains("\"engine\":{\"kind\":\"duckdb\",\"cacheBytes\":1073741824}")
        .contains("{\"field\":\"carrier\",\"transform\":\"bucket\",\"width\":8}");
  }

  @Test
  void migratesAlikeWhateverItsPaceAndItsReaders() {
    var store = (StoreDefinition.Lake) flights(new LakeCatalog.Glue(null, null)).store();
    var slower =
        new StoreDefinition.Lake(
            store.namespace(),
            store.table(),
            store.location(),
            store.catalog(),
            store.region(),
            store.endpoint(),
            300,
            store.partitionBy(),
            new LakeEngine.DuckDb(0));
    assertThat(slower.forMigration()).isEqualTo(store.forMigration());
    assertThat(store.forMigration().partitionBy()).isEqualTo(store.partitionBy());
  }

  @Test
  void saysWhichTransformsHaveAWidth() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Division("carrier", Division.Transform.BUCKET))
        .withMessage("width is missing: bucket and truncate need one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Division("carrier", Division.Transform.IDENTITY, 8))
        .withMessage("only bucket and truncate have a width");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Division("carrier", Division.Transform.TRUNCATE, 0))
        .withMessage("width 0: use 1 or more");
  }
}
