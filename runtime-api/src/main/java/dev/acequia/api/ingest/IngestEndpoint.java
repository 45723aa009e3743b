package dev.acequia.api.ingest;

import dev.acequia.api.access.Principal;
import dev.acequia.api.bounds.HeapShare;
import dev.acequia.api.envelope.Envelope;
import dev.acequia.api.envelope.Envelopes;
import dev.acequia.api.http.BodyDeadline;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.api.http.ProblemValve;
import dev.acequia.api.http.QueryString;
import dev.acequia.contract.PipelineMetric;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.telemetry.MetricSet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/records}. */
public final class IngestEndpoint {
  /** Leaves room for key and headers below the 1 MiB that a topic takes unless told otherwise. */
  private static final int MAX_RECORD_BYTES = RecordDecoder.MAX_BYTES - (16 << 10);

  private final Schema schema;
  private final RecordDecoder decoder;
  private final BodyMemory.Budgets budgets = BodyMemory.Budgets.of(HeapShare.ofThisProcess());
  private final BodyMemory.Budgets unproved =
      BodyMemory.Budgets.ofUnproved(HeapShare.ofThisProcess());
  private final TopicWriter topic;
  private final Envelopes envelopes;
  private final WholeBodyIngest whole;
  private final StreamIngest stream;
  private final KnownPushes pushes =
      new KnownPushes(HeapShare.ofThisProcess().pushes(), System::nanoTime);
  private final IngestAnswers answers;

  /** Takes records into the topic. */
  public IngestEndpoint(
      Schema schema, TopicWriter topic, Envelopes envelopes, MetricSet.ForPipeline metrics) {
    this.schema = schema;
    this.topic = topic;
    this.envelopes = envelopes;
    this.decoder = new RecordDecoder(schema, MAX_RECORD_BYTES);
    this.whole = new WholeBodyIngest(topic);
    this.stream = new StreamIngest(topic);
    this.answers = new IngestAnswers(metrics);
    metrics.observe(PipelineMetric.API_HELD, budgets.bodies()::held, "bodies");
    metrics.observe(PipelineMetric.API_HELD, unproved.bodies()::held, "unproved_bodies");
    metrics.observe(
        PipelineMetric.API_HELD,
        () -> budgets.decoders().held() + unproved.decoders().held(),
        "decoders");
    metrics.observe(PipelineMetric.API_HELD, topic::bytesOnTheirWay, "topic");
  }

  /**
   * Takes the records of a body and answers.
   *
   * @throws ProblemException when none was taken
   * @throws IOException when the body ends early or the client is gone
   */
  public void push(HttpServletRequest request, HttpServletResponse response)
      throws IOException, InterruptedException {
    var parameters = PushParameters.of(QueryString.parse(request.getQueryString()), schema);
    var envelope = envelopes.of(request);
    if (envelope.isPresent()) {
      open(envelope.get(), parameters, request, response);
      return;
    }
    var skip = parameters.onError() == OnError.SKIP;
    var format = BodyFormat.of(request.getContentType());
    var coding = ContentCoding.of(request.getHeader("Content-Encoding"));
    var idempotency = idempotency(request);
    var length = coding == ContentCoding.IDENTITY ? request.getContentLengthLong() : -1;
    var check = new RecordCheck(schema, decoder, parameters.columns());
    IngestResult result;
    try (var memory = new BodyMemory(budgets);
        var body = PushBody.open(request.getInputStream(), coding, memory)) {
      result =
          skip
              ? stream.ingest(streamed(format, body, memory), check, idempotency)
              : whole(format, body, length, memory, check, idempotency);
    }
    answers.send(result, skip, response);
  }

  private static @Nullable IdempotencyKey idempotency(HttpServletRequest request) {
    var key = request.getHeader(IdempotencyKey.HEADER);
    return key == null
        ? null
        : IdempotencyKey.parse(
            IdempotencyScope.of(Principal.of(request), IdempotencyScope.PUSH), key);
  }

  /** A push of another system, in its own envelope. */
  private void open(
      Envelope envelope,
      PushParameters parameters,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InterruptedException {
    if (parameters.columns() != null) {
      throw new ProblemException(
          ProblemType.INVALID_QUERY, "columns is for records that come without an envelope.");
    }
    var coding = ContentCoding.of(request.getHeader("Content-Encoding"));
    var length = coding == ContentCoding.IDENTITY ? request.getContentLengthLong() : -1;
    var policy =
        Objects.requireNonNullElse(
            parameters.onError(),
            envelope.refusesBadRecords() ? OnError.REJECT : OnError.DEAD_LETTER);
    MessageIngest.Outcome outcome;
    try {
      envelope.verify(request);
    } catch (ProblemException e) {
      envelope.refuse(e.problem(), request, response);
      return;
    }
    try (var memory =
            envelope.isProvedByItsBody(request)
                ? BodyMemory.ofUnproved(unproved)
                : new BodyMemory(budgets);
        var deadline = BodyDeadline.after(memory.deadline());
        var in = PushBody.open(request.getInputStream(), coding, memory);
        var body = BufferedBody.read(in, length, memory)) {
      deadline.close();
      memory.take(body.length()); // once more, for what it unwraps to
      var messages = envelope.open(request, body.bytes(), body.length(), memory::take);
      Unfolding.check(messages, envelope.attributesField(), body.length());
      outcome =
          new MessageIngest(
                  topic,
                  envelope,
                  new RecordCheck(schema, decoder),
                  IdempotencyScope.of(Principal.of(request), envelope.source()))
              .ingest(messages, policy);
    } catch (ProblemException e) {
      request.setAttribute(ProblemValve.PROBLEM, e.problem());
      envelope.refuse(e.problem(), request, response);
      return;
    }
    answers.send(outcome, policy, envelope, request, response);
  }

  private BodyRecords streamed(BodyFormat format, InputStream body, BodyMemory memory)
      throws IOException {
    return switch (format) {
      case JSON -> new JsonRecords(body, MAX_RECORD_BYTES, memory);
      case NDJSON -> new LineRecords(body, MAX_RECORD_BYTES, memory);
      case CSV -> new CsvRecords(body, schema, MAX_RECORD_BYTES, memory);
    };
  }

  private IngestResult whole(
      BodyFormat format,
      PushBody in,
      long length,
      BodyMemory memory,
      RecordCheck check,
      @Nullable IdempotencyKey idempotency)
      throws IOException, InterruptedException {
    try (var body = BufferedBody.read(in, length, memory)) {
      if (body.length() == 0) {
        throw new ProblemException(ProblemType.INVALID_BODY, "The body is empty.");
      }
      return idempotency == null
          ? whole(format, body, memory, check, null)
          : pushes.ingest(
              idempotency,
              body.bytes(),
              body.length(),
              () -> whole(format, body, memory, check, idempotency));
    }
  }

  private IngestResult whole(
      BodyFormat format,
      BufferedBody body,
      BodyMemory memory,
      RecordCheck check,
      @Nullable IdempotencyKey idempotency)
      throws IOException, InterruptedException {
    return switch (format) {
      case JSON -> whole.ingest(new JsonRecords(body.bytes(), body.length()), check, idempotency);
      case NDJSON -> whole.ingest(new LineRecords(body.bytes(), body.length()), check, idempotency);
      case CSV -> {
        // Its records as JSON are much longer than the body: they are read twice, not kept.
        var errors = WholeBodyIngest.check(csv(body, memory), check);
        yield errors.count() > 0
            ? new IngestResult.Rejected(errors)
            : stream.ingest(csv(body, memory), check, idempotency);
      }
    };
  }

  private CsvRecords csv(BufferedBody body, BodyMemory memory) throws IOException {
    return new CsvRecords(body.stream(), schema, MAX_RECORD_BYTES, memory);
  }
}
