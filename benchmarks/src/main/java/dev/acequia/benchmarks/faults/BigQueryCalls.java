package dev.acequia.benchmarks.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/** Follows one process's calls to BigQuery's two interfaces, to know where in a batch it is. */
final class BigQueryCalls implements CallProxy.Protocol, RowsProxy.Protocol {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LoadMode mode;
  private final AtomicBoolean hasSentRows = new AtomicBoolean();

  BigQueryCalls(LoadMode mode) {
    this.mode = mode;
  }

  /** A request has all rows of a small batch. In append mode it is the commit as well. */
  @Override
  public List<Moment> moments(String method) {
    if (!method.equals("AppendRows")) {
      return List.of();
    }
    hasSentRows.set(true);
    return mode == LoadMode.APPEND
        ? List.of(Moment.BEFORE_ROWS, Moment.AMONG_ROWS, Moment.BEFORE_COMMIT)
        : List.of(Moment.BEFORE_ROWS, Moment.AMONG_ROWS);
  }

  /** In upsert mode the offsets follow the rows by a statement. */
  @Override
  public List<Moment> moments(CallProxy.Call call) {
    return mode == LoadMode.UPSERT && isChange(call) && hasSentRows.getAndSet(false)
        ? List.of(Moment.BEFORE_COMMIT)
        : List.of();
  }

  private static boolean isChange(CallProxy.Call call) {
    if (!call.verb().equals("POST")) {
      return false;
    }
    try {
      var body = JSON.readTree(call.body());
      var statement = body.path("query");
      return (statement.isTextual() ? statement : body.at("/configuration/query/query"))
          .asText()
          .strip()
          .toUpperCase(Locale.ROOT)
          .startsWith("MERGE");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public CallProxy.Refusal throttled() {
    return new CallProxy.Refusal(
        403,
        "application/json",
        """
        {"error": {"code": 403, "message": "Exceeded rate limits: by the benchmark",
          "errors": [{"message": "Exceeded rate limits: by the benchmark", "domain": "usageLimits",
            "reason": "rateLimitExceeded"}]}}
        """);
  }
}
