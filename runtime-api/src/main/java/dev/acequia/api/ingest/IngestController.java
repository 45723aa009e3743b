package dev.acequia.api.ingest;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.api.http.QueryString;
import dev.acequia.contract.PipelineMetric;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;

/** {@code POST /v1/records}. */
@Controller
public final class IngestController {
  private static final Logger LOG = LoggerFactory.getLogger(IngestController.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final long BODY_BYTES = 48 << 20;

  /** Leaves room for key and headers below the 1 MiB that a topic takes unless told otherwise. */
  private static final int MAX_RECORD_BYTES = RecordDecoder.MAX_BYTES - (16 << 10);

  private final Schema schema;
  private final RecordDecoder decoder;
  private final ByteBudget bodies = new ByteBudget(BODY_BYTES);
  private final WholeBodyIngest whole;
  private final StreamIngest stream;
  private final CounterDataPoint accepted;
  private final CounterDataPoint rejected;
  private final CounterDataPoint failed;

  public IngestController(Schema schema, TopicWriter topic, MetricSet.ForPipeline metrics) {
    this.schema = schema;
    this.decoder = new RecordDecoder(schema, MAX_RECORD_BYTES);
    this.whole = new WholeBodyIngest(topic);
    this.stream = new StreamIngest(topic);
    this.accepted = metrics.counter(PipelineMetric.INGEST_RECORDS, "accepted");
    this.rejected = metrics.counter(PipelineMetric.INGEST_RECORDS, "rejected");
    this.failed = metrics.counter(PipelineMetric.INGEST_RECORDS, "failed");
  }

  @PostMapping("/v1/records")
  void push(HttpServletRequest request, HttpServletResponse response)
      throws IOException, InterruptedException {
    var skip = skipsBadRecords(QueryString.parse(request.getQueryString()));
    var format = BodyFormat.of(request.getContentType(), request.getHeader("Content-Encoding"));
    var idempotency = IdempotencyKey.parse(request.getHeader(IdempotencyKey.HEADER));
    var check = new RecordCheck(schema, decoder);
    var result =
        skip && format == BodyFormat.NDJSON
            ? stream.ingest(
                new LineRecords(request.getInputStream(), MAX_RECORD_BYTES), check, idempotency)
            : buffered(request, format, skip, check, idempotency);
    answer(result, skip, response);
  }

  private IngestResult buffered(
      HttpServletRequest request,
      BodyFormat format,
      boolean skip,
      RecordCheck check,
      @Nullable IdempotencyKey idempotency)
      throws IOException, InterruptedException {
    try (var body =
        BufferedBody.read(request.getInputStream(), request.getContentLengthLong(), bodies)) {
      if (body.length() == 0) {
        throw new ProblemException(ProblemType.INVALID_BODY, "The body is empty.");
      }
      var records =
          switch (format) {
            case JSON -> new JsonRecords(body.bytes(), body.length());
            case NDJSON -> new LineRecords(body.bytes(), body.length());
          };
      return skip
          ? stream.ingest(records, check, idempotency)
          : whole.ingest(records, check, idempotency);
    }
  }

  private void answer(IngestResult result, boolean skip, HttpServletResponse response)
      throws IOException {
    switch (result) {
      case IngestResult.Done done -> {
        accepted.inc(done.accepted());
        rejected.inc(done.errors().count());
        if (skip) {
          send(response, skipped(done));
        } else if (done.errors().count() > 0) {
          tooLargeForTopic(done).send(response);
        } else {
          send(response, Map.of("accepted", done.accepted()));
        }
      }
      case IngestResult.Rejected(var errors) -> {
        rejected.inc(errors.count());
        invalid(errors).send(response);
      }
      case IngestResult.Failed failure -> {
        accepted.inc(failure.accepted());
        failed.inc(failure.notDurable());
        LOG.warn("a push failed in Kafka: {}", failure.cause().toString());
        failed(failure).send(response);
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

  private static void send(HttpServletResponse response, Map<String, Object> answer)
      throws IOException {
    var body = JSON.writeValueAsBytes(answer);
    response.setContentType("application/json");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private static boolean skipsBadRecords(QueryString query) {
    for (var parameter : query.parameters()) {
      if (!parameter.name().equals("onError")) {
        throw new ProblemException(
            ProblemType.INVALID_QUERY,
            "A push has no parameter '" + parameter.name() + "', only onError.");
      }
    }
    var onError = query.single("onError").orElse("reject");
    return switch (onError) {
      case "reject" -> false;
      case "skip" -> true;
      default ->
          throw new ProblemException(
              ProblemType.INVALID_QUERY, "onError is reject or skip, not '" + onError + "'.");
    };
  }
}
