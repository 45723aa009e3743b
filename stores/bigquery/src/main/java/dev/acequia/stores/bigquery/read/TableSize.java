package dev.acequia.stores.bigquery.read;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreReadException;
import java.io.IOException;
import java.util.Map;

/** How many rows the service says that a table has, for which it reads none of them. */
final class TableSize {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * Not without numbers of rows:
   * https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/get.
   */
  private static final Map<String, String> VIEW = Map.of("view", "STORAGE_STATS");

  private final String path;
  private final RestCalls calls;

  TableSize(StoreDefinition.BigQuery store, RestCalls calls) {
    path = "/datasets/" + store.dataset() + "/tables/" + store.table();
    this.calls = calls;
  }

  /** The row count. Recent rows are in the streaming buffer, which has an estimate. */
  long rows(Deadline deadline) throws StoreReadException {
    try {
      var response = calls.get(path, VIEW, deadline);
      try (var in = response.getContent()) {
        var table = JSON.readTree(in);
        return table.path("numRows").asLong()
            + table.path("streamingBuffer").path("estimatedRows").asLong();
      }
    } catch (ServiceException e) {
      throw ReadFailure.of(e, "");
    } catch (IOException e) {
      throw ReadFailure.of(e, deadline);
    }
  }
}
