package dev.acequia.stores.bigquery.read;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.api.client.http.HttpResponse;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.bigquery.client.JobLabels;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Statements as jobs of the service, which ends each at its deadline.
 *
 * <p>Answers are not kept here. The service keeps them for a day while the table stays as it is,
 * and answers then for nothing. Another cache had to know that the table is unchanged: that takes a
 * call as well, and rows that streamed in lately change no time of a table.
 */
final class QueryJobs {
  private static final Logger LOG = LoggerFactory.getLogger(QueryJobs.class);

  private static final String QUERIES = "/queries";

  /** What one call waits for a job. */
  private static final int MOST_WAIT_MILLIS = 10_000;

  /** What is left of a read's time for the way back. */
  private static final int WAY_BACK_MILLIS = 250;

  private static final Duration PATIENCE_TO_CANCEL = Duration.ofSeconds(5);

  private final RestCalls calls;
  private final ReaderLimits limits;
  private final Answer.Reading reading;
  private final ObjectNode settings;
  private final String advice;

  QueryJobs(
      PipelineDefinition definition,
      StoreDefinition.BigQuery store,
      RestCalls calls,
      ReaderLimits limits) {
    this.calls = calls;
    this.limits = limits;
    reading = new Answer.Reading(limits.rowBytes());
    advice = CostAdvice.of(store, definition.mode());
    settings = settings(definition, store, limits);
  }

  private static ObjectNode settings(
      PipelineDefinition definition, StoreDefinition.BigQuery store, ReaderLimits limits) {
    var settings =
        JsonNodeFactory.instance
            .objectNode()
            .put("useLegacySql", false)
            .put("useQueryCache", true)
            .put("maxResults", limits.pageRows())
            // A short query is answered sooner without a job that others can look up.
            .put("jobCreationMode", "JOB_CREATION_OPTIONAL");
    var labels = settings.putObject("labels");
    JobLabels.of(definition).forEach(labels::put);
    if (store.maxBytesBilled() > 0) {
      settings.put("maximumBytesBilled", Long.toString(store.maxBytesBilled()));
    }
    if (store.location() != null) {
      settings.put("location", store.location());
    }
    return settings;
  }

  /** The rows of a statement, which the caller closes. Nothing is asked before the first. */
  ResultRows rows(Statement statement, List<FieldType> types, Deadline deadline) {
    return new ResultRows(this, statement, new AnswerRow(types, limits.rowBytes()), deadline);
  }

  /** Asks whether a statement is right, and may be made; it is not made. */
  void check(Statement statement, Deadline deadline) throws StoreReadException {
    try {
      checkAt(statement, deadline);
    } catch (ServiceException e) {
      throw ReadFailure.of(e, advice);
    }
  }

  private void checkAt(Statement statement, Deadline deadline)
      throws ServiceException, StoreReadException {
    var body = body(statement, deadline).put("dryRun", true);
    try {
      calls.post(QUERIES, body, deadline).ignore();
    } catch (IOException e) {
      LOG.debug("an answer was not read to its end", e);
    }
  }

  /** Begins a statement. The service takes a second request of the same name for the first. */
  Answer begin(Statement statement, Deadline deadline) throws StoreReadException {
    var body =
        body(statement, deadline)
            .put("requestId", UUID.randomUUID().toString())
            .put("timeoutMs", wait(deadline));
    return answer(statement, deadline, () -> calls.post(QUERIES, body, deadline));
  }

  /**
   * The rows of a job from a page on.
   *
   * @param page null while the job was still running when it was last asked for
   */
  Answer goOn(Statement statement, JobName job, @Nullable String page, Deadline deadline)
      throws StoreReadException {
    if (page == null && wait(deadline) == 0) {
      throw deadline.exceeded();
    }
    var parameters = new HashMap<>(job.parameters());
    parameters.put("maxResults", Integer.toString(limits.pageRows()));
    parameters.put("timeoutMs", Integer.toString(wait(deadline)));
    if (page != null) {
      parameters.put("pageToken", page);
    }
    return answer(
        statement, deadline, () -> calls.get(QUERIES + "/" + job.id(), parameters, deadline));
  }

  private interface Call {
    HttpResponse run() throws ServiceException, StoreReadException;
  }

  private Answer answer(Statement statement, Deadline deadline, Call call)
      throws StoreReadException {
    try {
      return reading.of(call.run());
    } catch (ServiceException e) {
      throw isOfValues(e, statement, deadline)
          ? ReadFailure.impossible(e)
          : ReadFailure.of(e, advice);
    } catch (IOException e) {
      throw ReadFailure.of(e, deadline);
    }
  }

  /**
   * Whether an error comes from a value and not from the statement. The service says the same of
   * both, but finds only the statement's own without running it.
   */
  private boolean isOfValues(ServiceException error, Statement statement, Deadline deadline)
      throws StoreReadException {
    if (!error.reason().equals("invalidQuery") && !error.reason().equals("invalid")) {
      return false;
    }
    try {
      checkAt(statement, deadline);
      return true;
    } catch (ServiceException e) {
      return false;
    }
  }

  private static int wait(Deadline deadline) {
    return Math.clamp(deadline.leftMillis() - WAY_BACK_MILLIS, 0, MOST_WAIT_MILLIS);
  }

  private ObjectNode body(Statement statement, Deadline deadline) {
    var body = settings.deepCopy().put("query", statement.text());
    body.put("jobTimeoutMs", Integer.toString(Math.max(1, deadline.leftMillis())));
    if (!statement.parameters().isEmpty()) {
      body.put("parameterMode", "NAMED");
      var parameters = body.putArray("queryParameters");
      for (var parameter : statement.parameters()) {
        var one = parameters.addObject().put("name", parameter.name());
        one.putObject("parameterType").put("type", parameter.type());
        one.putObject("parameterValue").put("value", parameter.value());
      }
    }
    return body;
  }

  /** Ends a job whose rows nobody waits for; in the background, since its reader has failed. */
  void cancel(JobName job) {
    Thread.ofVirtual()
        .name("bigquery-cancel")
        .start(
            () -> {
              try {
                calls
                    .post(
                        "/jobs/" + job.id() + "/cancel",
                        job.parameters(),
                        Deadline.in(PATIENCE_TO_CANCEL))
                    .ignore();
              } catch (ServiceException | StoreReadException | IOException e) {
                LOG.warn("a query cannot be ended; the service ends it at its deadline", e);
              }
            });
  }
}
