package dev.acequia.operator.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.TimePartition;
import dev.acequia.crds.BigQuerySpec;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.operator.store.StorePlan.FurtherSecret;
import dev.acequia.operator.store.StorePlan.Purpose;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BigQueryPlanTest {
  private static BigQueryPlan plan(String more) {
    return new BigQueryPlan(
        "data-team",
        "bus-stops",
        Serialization.unmarshal(
            "project: example-analytics\ndataset: raw\n" + more, BigQuerySpec.class));
  }

  private static List<String> violations(String schema, String more) {
    var found = new ArrayList<String>();
    StorePlan.check(
        Serialization.unmarshal(
            """
            schema: {%s}
            store: {bigquery: {project: example-analytics, dataset: raw, %s}}
            consumer: {mode: upsert}
            """
                .formatted(schema, more),
            DataPipelineSpec.class),
        false,
        (path, message) -> found.add(path + ": " + message));
    return found;
  }

  @Test
  void saysWhatTheRuntimeNeedsToKnow() {
    var definition =
        plan("""
                location: EU
                commitInterval: 1m
                partitionBy: {field: at}
                clusterBy: [id]
                maxBytesBilled: 10Gi
                """)
            .definition();
    assertThat(definition.table()).isEqualTo("data_team_bus_stops");
    assertThat(definition.location()).isEqualTo("EU");
    assertThat(definition.commitSeconds()).isEqualTo(60);
    assertThat(definition.partitionBy()).isEqualTo(new TimePartition("at", TimePartition.Unit.DAY));
    assertThat(definition.clusterBy()).containsExactly("id");
    assertThat(definition.maxBytesBilled()).isEqualTo(10L << 30);
    assertThat(definition.traits().freshness()).isEqualTo(Duration.ofSeconds(70));
    assertThat(plan("").definition().maxBytesBilled()).isEqualTo(100L << 30);
  }

  @Test
  void readerHasItsOwnKeyWhereOneIsNamed() {
    var both = plan("secretName: writer\nreaderSecretName: reader");
    assertThat(both.furtherSecrets(Purpose.READER))
        .containsExactly(
            new FurtherSecret(RuntimeVariable.STORE_CREDENTIALS, "reader", "key.json"));
    assertThat(both.furtherSecrets(Purpose.WRITER))
        .containsExactly(
            new FurtherSecret(RuntimeVariable.STORE_CREDENTIALS, "writer", "key.json"));
    assertThat(plan("").furtherSecrets(Purpose.READER)).isEmpty();
  }

  @Test
  void dropsAllTablesByHand() {
    assertThat(plan("table: stops").dropByHand())
        .isEqualTo(
            "bq rm -f -t example-analytics:raw.stops && bq rm -f -t example-analytics:raw.stops_acequia"
                + " && bq rm -f -t example-analytics:raw.stops_acequia_marks"
                + " && bq rm -f -t example-analytics:raw.stops_acequia_repeats");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "partitionBy: {field: name}            | partitionBy: 'name' is not a date or timestamp",
        "partitionBy: {field: nothing}         | partitionBy: 'nothing' is not a date or timestamp",
        "partitionBy: {field: day, unit: hour} | partitionBy: 'day' is a date, which has no hours",
        "clusterBy: [nothing]                  | clusterBy[0]: 'nothing' is not among",
        "clusterBy: [name, share]              | clusterBy[1]: 'share' is double or json",
        "clusterBy: [name, name]               | clusterBy[1]: names 'name' a second time",
        "table: a_acequia_repeats              | table: 'a_acequia_repeats' has the ending",
        "commitInterval: 6m                    | commitInterval: '6m' is not an interval",
        "maxBytesBilled: much                  | maxBytesBilled: 'much' is not a size",
      })
  void saysWhatIsWrong(String more, String message) {
    assertThat(
            violations(
                "key: [id], fields: [{name: id, type: int64}, {name: name, type: string},"
                    + " {name: day, type: date}, {name: at, type: timestamp},"
                    + " {name: share, type: double}]",
                more))
        .singleElement()
        .asString()
        .startsWith("spec.store.bigquery." + message);
  }

  @Test
  void refusesAKeyThatIsLongerThanAPrimaryKey() {
    var names = IntStream.range(0, 17).mapToObj(i -> "f" + i).toList();
    var fields =
        names.stream()
            .map(name -> "{name: %s, type: int64}".formatted(name))
            .collect(Collectors.joining(", "));
    assertThat(violations("key: %s, fields: [%s]".formatted(names, fields), ""))
        .singleElement()
        .asString()
        .contains("spec.schema.key: has 17 fields", "16 at most");
  }
}
