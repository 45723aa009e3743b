package dev.acequia.benchmarks.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Follows one process's calls to DynamoDB, to know where in a batch it is. */
final class DynamoCalls implements CallProxy.Protocol {
  static final String NAME_HEADER = "X-Amz-Target";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of the batch that is being written; a consumer's lanes write two at a time. */
  private final AtomicInteger rows = new AtomicInteger();

  @Override
  public List<Moment> moments(CallProxy.Call call) {
    return switch (call.name().substring(call.name().indexOf('.') + 1)) {
      case "PutItem", "DeleteItem" -> isOfTheRecords(call) ? row() : List.of();
      case "UpdateItem" ->
          isOfThePositions(call) && rows.getAndSet(0) > 0
              ? List.of(Moment.BEFORE_COMMIT)
              : List.of();
      default -> List.of();
    };
  }

  private List<Moment> row() {
    return List.of(rows.getAndIncrement() == 0 ? Moment.BEFORE_ROWS : Moment.AMONG_ROWS);
  }

  private static boolean isOfTheRecords(CallProxy.Call call) {
    return !json(call).path("TableName").asText().endsWith(DynamoHistory.SECOND);
  }

  private static boolean isOfThePositions(CallProxy.Call call) {
    return json(call)
        .path("Key")
        .path(DynamoHistory.HASH)
        .path("S")
        .asText()
        .equals(DynamoHistory.POSITIONS);
  }

  private static JsonNode json(CallProxy.Call call) {
    try {
      return JSON.readTree(call.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public CallProxy.Refusal throttled() {
    return new CallProxy.Refusal(
        400,
        "application/x-amz-json-1.0",
        """
        {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
         "message": "throttled by the benchmark"}
        """);
  }
}
