package dev.acequia.operator.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Division;
import dev.acequia.contract.LakeCatalog;
import dev.acequia.contract.LakeEngine;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.LakeSpec;
import dev.acequia.operator.store.StorePlan.FurtherSecret;
import dev.acequia.operator.store.StorePlan.Purpose;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LakePlanTest {
  private static final String LEAST =
      "location: s3://analytics/flights\ncatalog: {jdbc: {secretName: catalog}}\n";

  private static LakePlan plan(String namespace, String pipeline, String spec) {
    return new LakePlan(namespace, pipeline, Serialization.unmarshal(spec, LakeSpec.class));
  }

  private static LakePlan plan(String more) {
    return plan("data-team", "bus-stops", LEAST + more);
  }

  private static List<String> violations(String lake, boolean localFolders) {
    var found = new ArrayList<String>();
    StorePlan.check(
        Serialization.unmarshal(
            """
            schema:
              fields: [{name: at, type: timestamp}, {name: day, type: date}, {name: n, type: int32},
                {name: x, type: double}, {name: note, type: json}, {name: name, type: string}]
            store: {lake: %s}
            """
                .formatted(lake),
            DataPipelineSpec.class),
        localFolders,
        (path, message) -> found.add(path + ": " + message));
    return found;
  }

  private static List<String> violationsOf(String more) {
    return violations(
        "{location: 's3://analytics/flights', catalog: {glue: {}}, " + more + "}", false);
  }

  @Test
  void saysWhatTheRuntimeNeedsToKnow() {
    var definition =
        plan("""
        region: us-west-2
        endpoint: https://minio.example.com
        commitInterval: 2m
        partitionBy: [{field: carrier, transform: bucket, width: 8}]
        query: {cache: 512Mi}
        """)
            .definition();
    assertThat(definition.namespace()).isEqualTo("data_team");
    assertThat(definition.table()).isEqualTo("bus_stops");
    assertThat(definition.location()).isEqualTo("s3://analytics/flights");
    assertThat(definition.region()).isEqualTo("us-west-2");
    assertThat(definition.endpoint()).isEqualTo("https://minio.example.com");
    assertThat(definition.traits().linger()).isEqualTo(Duration.ofMinutes(2));
    assertThat(definition.partitionBy())
        .containsExactly(new Division("carrier", Division.Transform.BUCKET, 8));
    assertThat(definition.engine()).isEqualTo(new LakeEngine.DuckDb(512L << 20));
    assertThat(plan("").identity()).isEqualTo("lake:data_team.bus_stops");
    assertThat(plan("namespace: ops\ntable: stops").place()).isEqualTo("ops.stops");
  }

  /** Whoever may write to a catalog's schema can move each of its tables. */
  @Test
  void givesEachPipelineASchemaOfTheCatalogThatNoOtherHas() {
    var schema = ((LakeCatalog.Jdbc) plan("a-b", "c", LEAST).definition().catalog()).schema();
    assertThat(schema).matches("acequia_lake_a_b_c_[0-9a-f]{8}");
    assertThat(((LakeCatalog.Jdbc) plan("a", "b-c", LEAST).definition().catalog()).schema())
        .isNotEqualTo(schema);
    assertThat(
            ((LakeCatalog.Jdbc) plan("n".repeat(63), "p".repeat(40), LEAST).definition().catalog())
                .schema())
        .hasSize(63);
  }

  @Test
  void namesRolesByPipelineDatabaseAndInstallation() {
    var plan = plan("");
    var writer = plan.login(Purpose.WRITER, "postgresql://db/one", null);
    assertThat(writer).matches("acequia_lake_data_team_bus_stops_writer_[0-9a-f]{8}");
    assertThat(plan.login(Purpose.READER, "postgresql://db/one", null)).isNotEqualTo(writer);
    assertThat(plan.login(Purpose.WRITER, "postgresql://db/two", null)).isNotEqualTo(writer);
    assertThat(plan.login(Purpose.WRITER, "postgresql://db/one", "a")).isNotEqualTo(writer);
  }

  @Test
  void readsKeysOfTheObjectStoreFromItsSecrets() {
    assertThat(plan("").furtherSecrets(Purpose.WRITER)).isEmpty();
    assertThat(plan("").furtherSecrets(Purpose.READER)).isEmpty();
    var both = plan("secretName: keys");
    assertThat(both.furtherSecrets(Purpose.WRITER))
        .containsExactly(
            new FurtherSecret(RuntimeVariable.STORE_ACCESS_KEY_ID, "keys", "accessKeyId"),
            new FurtherSecret(RuntimeVariable.STORE_SECRET_ACCESS_KEY, "keys", "secretAccessKey"));
    assertThat(both.furtherSecrets(Purpose.READER)).isEqualTo(both.furtherSecrets(Purpose.WRITER));
    assertThat(
            plan("secretName: keys\nreaderSecretName: reader-keys").furtherSecrets(Purpose.READER))
        .extracting(FurtherSecret::secret)
        .containsOnly("reader-keys");
    assertThat(
            LakePlan.secrets(
                Serialization.unmarshal(
                    LEAST + "secretName: keys\nreaderSecretName: reader-keys", LakeSpec.class)))
        .containsExactlyInAnyOrder("catalog", "keys", "reader-keys");
  }

  @Test
  void logsOnAsItsCatalogAsksFor() {
    assertThat(plan("").secret()).isEqualTo("catalog");
    assertThat(plan("").hasRoles()).isTrue();
    var glue = plan("ops", "flights", "location: s3://analytics/flights\ncatalog: {glue: {}}");
    assertThat(glue.secret()).isNull();
    assertThat(glue.hasRoles()).isFalse();
    assertThat(glue.definition().catalog()).isEqualTo(new LakeCatalog.Glue(null, null));
    var rest =
        plan(
            "ops",
            "flights",
            """
            location: s3://analytics/flights
            catalog: {rest: {uri: https://catalog.example.com, warehouse: main, secretName: client}}
            """);
    assertThat(rest.secret()).isEqualTo("client");
    assertThat(rest.secretKeys()).containsExactlyInAnyOrder("username", "password");
    assertThat(rest.hasRoles()).isFalse();
    assertThat(rest.definition().catalog())
        .isEqualTo(new LakeCatalog.Rest("https://catalog.example.com", "main"));
  }

  /** A full emptyDir ends its Pod. */
  @Test
  void hasRoomForItsCacheAndForWhatQueriesPutAside() {
    var definition = plan("query: {cache: 2Gi}").definition();
    var cache = ((LakeEngine.DuckDb) definition.engine()).cacheBytes();
    assertThat(cache).isEqualTo(2L << 30);
    assertThat(plan("query: {cache: 2Gi}").diskBytes()).isGreaterThan(cache + cache / 4);
  }

  @Test
  void saysHowToDropByHand() {
    assertThat(plan("").dropByHand())
        .containsSubsequence(
            "DROP TABLE IF EXISTS iceberg_tables",
            "'Acequia pipeline data-team/bus-stops in '",
            "DROP SCHEMA \"acequia_lake_data_team_bus_stops_")
        .endsWith(
            "then aws s3 rm --recursive s3://analytics/flights"
                + " && aws s3 rm --recursive s3://analytics/flights_acequia");
    assertThat(plan("ops", "f", "location: s3://a-b-c/f\ncatalog: {glue: {}}").dropByHand())
        .isEqualTo(
            "aws glue batch-delete-table --database-name ops --tables-to-delete f f_acequia, then"
                + " aws s3 rm --recursive s3://a-b-c/f && aws s3 rm --recursive"
                + " s3://a-b-c/f_acequia");
    assertThat(
            plan("ops", "f", "location: file:///data/f\ncatalog: {rest: {uri: 'http://c'}}")
                .dropByHand())
        .isEqualTo(
            "drop the tables ops.f and ops.f_acequia in the catalog, then remove the folders"
                + " file:///data/f and file:///data/f_acequia");
  }

  @Test
  void takesAFolderOfTheMachineOnlyWhereThePlatformDoes() {
    var local = "{location: 'file:///data/flights', catalog: {jdbc: {secretName: catalog}}}";
    assertThat(violations(local, true)).isEmpty();
    assertThat(violations(local, false))
        .singleElement()
        .asString()
        .startsWith("spec.store.lake.location: 'file:///data/flights'")
        .contains("platform.store.localFolders");
  }

  @Test
  void takesTheLeast() {
    assertThat(violationsOf("region: us-west-2")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{glue: {}, rest: {uri: 'http://c'}}"})
  void refusesNoneAndTwoCatalogs(String catalog) {
    assertThat(violations("{location: 's3://analytics/flights', catalog: " + catalog + "}", false))
        .singleElement()
        .asString()
        .startsWith("spec.store.lake.catalog: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"6m", "1h", "0s", "soon"})
  void refusesAPaceThatNobodyCanServe(String interval) {
    assertThat(violationsOf("commitInterval: " + interval))
        .singleElement()
        .asString()
        .startsWith("spec.store.lake.commitInterval: '" + interval + "'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{field: at, transform: hour}; ''",
        "{field: day, transform: month}; ''",
        "{field: n, transform: bucket, width: 4}; ''",
        "{field: name, transform: truncate, width: 2}; ''",
        "{field: gone, transform: identity}; 'gone' is not among",
        "{field: day, transform: hour}; hour does not take 'day', which is of type date",
        "{field: x, transform: identity}; identity does not take 'x', which is of type double",
        "{field: note, transform: truncate, width: 1}; truncate does not take 'note'",
        "{field: n, transform: bucket}; bucket and truncate need a width",
        "{field: n, transform: identity, width: 3}; the other transforms have none"
      },
      quoteCharacter = '"')
  void partsOnlyByWhatATransformTakes(String partition, String expected) {
    var found = violationsOf("partitionBy: [" + partition + "]");
    if (expected.equals("''")) {
      assertThat(found).isEmpty();
    } else {
      assertThat(found)
          .singleElement()
          .asString()
          .startsWith("spec.store.lake.partitionBy[0]: ")
          .contains(expected);
    }
  }

  @Test
  void partsByNothingTwice() {
    assertThat(
            violationsOf(
                "partitionBy: [{field: at, transform: day}, {field: n, transform: identity},"
                    + " {field: at, transform: day}]"))
        .singleElement()
        .asString()
        .startsWith("spec.store.lake.partitionBy[2]: partitions by day of 'at' a second time");
  }

  @Test
  void partsAFieldByOneLengthOfTime() {
    assertThat(
            violationsOf(
                "partitionBy: [{field: at, transform: day}, {field: at, transform: hour}]"))
        .singleElement()
        .asString()
        .startsWith("spec.store.lake.partitionBy[1]: ")
        .contains("keep the shorter one");
  }

  @Test
  void hasNoTableNamedLikeASecondOne() {
    assertThat(violationsOf("table: flights_acequia"))
        .singleElement()
        .asString()
        .startsWith("spec.store.lake.table: ");
  }
}
