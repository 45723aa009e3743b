package dev.acequia.operator.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Capacity;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.DynamoDbSpec;
import dev.acequia.operator.store.StorePlan.FurtherSecret;
import dev.acequia.operator.store.StorePlan.Purpose;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DynamoDbPlanTest {
  private static DynamoDbPlan plan(String more) {
    return new DynamoDbPlan(
        "data-team",
        "bus-stops",
        Serialization.unmarshal("region: us-west-2\n" + more, DynamoDbSpec.class));
  }

  private static List<String> violations(String more) {
    var found = new ArrayList<String>();
    StorePlan.check(
        Serialization.unmarshal(
            """
            schema:
              key: [id]
              fields: [{name: id, type: int64, required: true}, {name: at, type: timestamp},
                {name: status, type: string, required: true}, {name: ok, type: boolean, required: true}]
            store: {dynamodb: {region: us-west-2, %s}}
            """
                .formatted(more),
            DataPipelineSpec.class),
        false,
        (path, message) -> found.add(path + ": " + message));
    return found;
  }

  @Test
  void saysWhatTheRuntimeNeedsToKnow() {
    var definition =
        plan("""
        endpoint: https://dynamodb.example.com
        indexes: [{name: by-status, hash: status, range: at}]
        ttlField: at
        create: false
        billing: {read: 5, write: 7}
        """)
            .definition();
    assertThat(definition.table()).isEqualTo("data-team.bus-stops");
    assertThat(definition.region()).isEqualTo("us-west-2");
    assertThat(definition.indexes()).containsExactly(new KeyIndex("by-status", "status", "at"));
    assertThat(definition.ttlField()).isEqualTo("at");
    assertThat(definition.create()).isFalse();
    assertThat(definition.capacity()).isEqualTo(new Capacity(5, 7));
    assertThat(plan("").definition().create()).isTrue();
    assertThat(plan("").definition().capacity()).isNull();
    assertThat(plan("table: stops").identity()).isEqualTo("dynamodb:stops");
  }

  @Test
  void readersHaveKeysOfTheirOwnWhereTheyAreGiven() {
    assertThat(plan("").furtherSecrets(Purpose.READER)).isEmpty();
    assertThat(plan("secretName: w").furtherSecrets(Purpose.READER))
        .extracting(FurtherSecret::secret)
        .containsOnly("w");
    assertThat(plan("secretName: w\nreaderSecretName: r").furtherSecrets(Purpose.READER))
        .contains(new FurtherSecret(RuntimeVariable.STORE_ACCESS_KEY_ID, "r", "accessKeyId"));
  }

  @Test
  void saysHowBothTablesAreDropped() {
    assertThat(plan("").dropByHand())
        .isEqualTo(
            "aws dynamodb delete-table --region us-west-2 --table-name data-team.bus-stops && aws dynamodb delete-table --region us-west-2 --table-name data-team.bus-stops_acequia");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "indexes: [{name: by-x, hash: x}]                  | 'x' is not among spec.schema.fields",
        "indexes: [{name: by-ok, hash: ok}]                | 'ok' is boolean or json",
        "indexes: [{name: by-at, hash: at}]                | 'at' may be null",
        "indexes: [{name: by-id, hash: id, range: id}]     | needs a hash, and a range that is another",
        "indexes: [{name: i, hash: id}, {name: i, hash: status}] | has the name of another index",
        "ttlField: status                                  | is not a date or timestamp",
        "table: flights_acequia                            | has the ending of a pipeline's second table"
      })
  void refuses(String more, String message) {
    assertThat(violations(more)).singleElement().asString().contains(message);
  }

  @Test
  void takesIndexesOfRequiredFields() {
    assertThat(violations("indexes: [{name: by-status, hash: status, range: id}], ttlField: at"))
        .isEmpty();
  }
}
