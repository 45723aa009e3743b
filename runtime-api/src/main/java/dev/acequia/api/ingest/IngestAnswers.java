package dev.acequia.api.ingest;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.api.envelope.Envelope;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.PipelineMetric;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a push is answered, and how its records are counted. */
final class IngestAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(IngestAnswers.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final CounterDataPoint accepted;
  private final CounterDataPoint rejected;
  private final CounterDataPoint failed;

  IngestAnswers(MetricSet.ForPipeline metrics) {
    this.accepted = metrics.counter(PipelineMetric.INGEST_RECORDS, "accepted");
    this.rejected = metrics.counter(PipelineMetric.INGEST_RECORDS, "rejected");
    this.failed = metrics.counter(PipelineMetric.INGEST_RECORDS, "failed");
  }

  /**
   * Answers.
   *
   * @param skip whether bad records were to be skipped
   */
  void send(IngestResult result, boolean skip, HttpServletResponse response) throws IOException {
    count(result, 0);
    switch (result) {
      case IngestResult.Done done when skip -> send(response, skipped(done));
      case IngestResult.Done done when done.errors().count() > 0 ->
          tooLargeForTopic(done).send(response);
      case IngestResult.Done done -> send(response, accepted(done.accepted()));
      case IngestResult.Rejected(var errors) -> invalid(errors).send(response);
      case IngestResult.Broken broken -> broken(broken).send(response);
      case IngestResult.Failed failure -> {
        LOG.warn("a push failed in Kafka: {}", failure.cause().toString());
        failed(failure).send(response);
      }
    }
  }

  /** Answers a push of another system, in its own words where it has such. */
  void send(
      MessageIngest.Outcome outcome,
      OnError policy,
      Envelope envelope,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    var result = outcome.result();
    count(result, outcome.deadLetters());
    switch (result) {
      case IngestResult.Done done when policy == OnError.SKIP || done.errors().count() == 0 -> {
        if (!envelope.accept(request, response)) {
          send(response, unwrapped(done, policy, outcome.deadLetters()));
        }
      }
      case IngestResult.Done done -> envelope.refuse(tooLargeForTopic(done), request, response);
      case IngestResult.Rejected(var errors) -> envelope.refuse(invalid(errors), request, response);
      case IngestResult.Failed failure -> {
        LOG.warn("a push failed in Kafka: {}", failure.cause().toString());
        envelope.refuse(failed(failure), request, response);
      }
      case IngestResult.Broken broken -> envelope.refuse(broken(broken), request, response);
    }
  }

  private static Map<String, Object> unwrapped(
      IngestResult.Done done, OnError policy, long deadLetters) {
    if (policy == OnError.SKIP) {
      return skipped(done);
    }
    var answer = new LinkedHashMap<String, Object>();
    answer.put("accepted", done.accepted() - deadLetters);
    if (deadLetters > 0) {
      answer.put("deadLetters", deadLetters);
    }
    return answer;
  }

  private void count(IngestResult result, long deadLetters) {
    switch (result) {
      case IngestResult.Done done -> {
        accepted.inc(done.accepted() - deadLetters);
        rejected.inc(done.errors().count() + deadLetters);
      }
      case IngestResult.Rejected(var errors) -> rejected.inc(errors.count());
      case IngestResult.Broken broken -> {
        accepted.inc(broken.accepted());
        rejected.inc(broken.errors().count());
      }
      case IngestResult.Failed failure -> {
        accepted.inc(failure.accepted());
        failed.inc(failure.notDurable());
      }
    }
  }

  private static Map<String, Object> skipped(IngestResult.Done done) {
    var answer = new LinkedHashMap<String, Object>();
    answer.put("accepted", done.accepted());
    answer.put("rejected", done.errors().count());
    answer.put("errors", done.errors().first());
    return answer;
  }

  private static Problem invalid(RecordErrors errors) {
    return Problem.of(
            ProblemType.INVALID_RECORDS,
            (errors.count() == 1 ? "1 record does" : errors.count() + " records do")
                + " not fit the schema, so none was stored. Correct them, or send good ones"
                + " regardless with ?onError=skip.")
        .with("rejected", errors.count())
        .with("errors", errors.first());
  }

  private static Problem tooLargeForTopic(IngestResult.Done done) {
    return Problem.of(
            ProblemType.INVALID_RECORDS,
            "Some records are larger than the topic takes; the others were stored.")
        .with("accepted", done.accepted())
        .with("rejected", done.errors().count())
        .with("errors", done.errors().first());
  }

  /** A body that cannot be read on does not undo what of it was stored already. */
  private static Problem broken(IngestResult.Broken broken) throws IOException {
    if (broken.cause() instanceof ProblemException e) {
      return e.problem()
          .with("accepted", broken.accepted())
          .with("rejected", broken.errors().count())
          .with("errors", broken.errors().first());
    }
    throw broken.cause() instanceof IOException e ? e : new IOException(broken.cause());
  }

  private static Problem failed(IngestResult.Failed failure) {
    if (!failure.unknown()) {
      return Problem.of(
              ProblemType.NOTHING_STORED, "Kafka does not answer. Nothing was stored; try again.")
          .retryAfter(5);
    }
    return Problem.of(
            ProblemType.OUTCOME_UNKNOWN,
            "Kafka failed midway, and it is unknown which records were stored. Send the same body"
                + " again with the same Idempotency-Key: then none is stored twice.")
        .with("acceptedAtLeast", failure.accepted())
        .retryAfter(5);
  }

  /** What nearly every push is answered; a JSON writer's buffers would be most of its garbage. */
  private static byte[] accepted(long records) {
    return ("{\"accepted\":" + records + "}").getBytes(StandardCharsets.US_ASCII);
  }

  private static void send(HttpServletResponse response, Map<String, Object> answer)
      throws IOException {
    send(response, JSON.writeValueAsBytes(answer));
  }

  private static void send(HttpServletResponse response, byte[] body) throws IOException {
    response.setContentType("application/json");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
