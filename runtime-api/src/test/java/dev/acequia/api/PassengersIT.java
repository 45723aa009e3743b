package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The column-oriented answer that data frames read. */
class PassengersIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Test
  void passengersComeBackAsTheColumnsTheyWere() throws IOException {
    var columns = passengers();
    try (var pipeline =
        TestPipeline.start(
            LoadMode.UPSERT,
            java.util.List.of("passenger_id"),
            required("passenger_id", FieldType.INT32),
            field("flight_id", FieldType.INT32),
            field("name", FieldType.STRING),
            field("seat_number", FieldType.STRING))) {
      var records = records(columns);
      var pushed = pipeline.post("application/json", records.toString());
      assertThat(pushed.statusCode()).isEqualTo(200);
      assertThat(pushed.body()).isEqualTo("{\"accepted\":20}");
      pipeline.store(records.toString());

      var answer = pipeline.get("/v1/records", "Accept", "application/vnd.acequia.columns+json");

      assertThat(answer.statusCode()).isEqualTo(200);
      // Names, values and their order.
      assertThat(JSON.readTree(answer.body())).hasToString(columns.toString());
    }
  }

  private static ArrayNode records(JsonNode columns) {
    var records = JSON.createArrayNode();
    for (var i = 0; i < columns.get("passenger_id").size(); i++) {
      var record = records.addObject();
      for (var column : columns.properties()) {
        record.set(column.getKey(), column.getValue().get(Integer.toString(i)));
      }
    }
    return records;
  }

  private static JsonNode passengers() throws IOException {
    try (var in = PassengersIT.class.getResourceAsStream("passengers.json")) {
      return JSON.readTree(Objects.requireNonNull(in));
    }
  }
}
