package dev.acequia.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Where in a batch a process is, by its calls. */
class CallMomentsTest {
  private static CallProxy.Call dynamo(String name, String body) {
    return new CallProxy.Call(
        "POST", "DynamoDB_20120810." + name, body.getBytes(StandardCharsets.UTF_8));
  }

  private static CallProxy.Call statement(String body) {
    return new CallProxy.Call("POST", "", body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void rowsOfDynamoDbAreFollowedByPositions() {
    var calls = new DynamoCalls();
    var row = dynamo("PutItem", "{\"TableName\": \"history.append\"}");
    var mark = dynamo("PutItem", "{\"TableName\": \"history.append_acequia\"}");
    var positions =
        dynamo(
            "UpdateItem",
            "{\"TableName\": \"history.append_acequia\", \"Key\": {\"_hash\": {\"S\": \"positions\"}}}");
    assertThat(calls.moments(positions)).isEmpty();
    assertThat(calls.moments(mark)).isEmpty();
    assertThat(calls.moments(row)).containsExactly(Moment.BEFORE_ROWS);
    assertThat(calls.moments(row)).containsExactly(Moment.AMONG_ROWS);
    assertThat(calls.moments(positions)).containsExactly(Moment.BEFORE_COMMIT);
    assertThat(calls.moments(row)).containsExactly(Moment.BEFORE_ROWS);
  }

  @Test
  void rowsOfBigQueryAreTheirCommitInAppendModeAlone() {
    assertThat(new BigQueryCalls(LoadMode.APPEND).moments("AppendRows"))
        .contains(Moment.BEFORE_COMMIT);
    var upsert = new BigQueryCalls(LoadMode.UPSERT);
    var merge = statement("{\"query\": \"\\nMERGE `acequia.history.upsert_acequia`\"}");
    assertThat(upsert.moments(merge)).isEmpty();
    assertThat(upsert.moments("AppendRows")).containsExactly(Moment.BEFORE_ROWS, Moment.AMONG_ROWS);
    assertThat(upsert.moments(statement("{\"query\": \"SELECT 1\"}"))).isEmpty();
    assertThat(upsert.moments(merge)).containsExactly(Moment.BEFORE_COMMIT);
  }
}
