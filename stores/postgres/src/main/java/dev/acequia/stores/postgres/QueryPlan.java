package dev.acequia.stores.postgres;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * What the database expects of a statement.
 *
 * @param rows of its result
 * @param cost of all of it, in the database's own unit, as if no other process helped
 */
record QueryPlan(long rows, double cost) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Reads what {@code EXPLAIN (FORMAT JSON)} answered. */
  static QueryPlan fromJson(String json) {
    try {
      var plan = JSON.readTree(json).required(0).required("Plan");
      return new QueryPlan(
          plan.required("Plan Rows").asLong(),
          plan.required("Total Cost").asDouble() * (1 + workers(plan)));
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IllegalStateException("not a plan: " + json, e);
    }
  }

  private static int workers(JsonNode plan) {
    var most = plan.path("Workers Planned").asInt(0);
    for (var part : plan.path("Plans")) {
      most = Math.max(most, workers(part));
    }
    return most;
  }
}
