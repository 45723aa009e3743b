package dev.acequia.api.openapi;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The error responses, each with a document as the server writes it. */
final class ErrorResponses {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ErrorResponses() {}

  static void refer(ObjectNode responses, String status, String name) {
    responses.putObject(status).put("$ref", "#/components/responses/" + name);
  }

  static void addTo(ObjectNode responses) {
    add(
        responses,
        "InvalidRecords",
        Problem.of(
                ProblemType.INVALID_RECORDS,
                "1 record does not fit the schema, so none was stored. Correct them, or send"
                    + " good ones regardless with ?onError=skip.")
            .with("rejected", 1)
            .with(
                "errors",
                List.of(java.util.Map.of("index", 0, "reason", "expected a JSON object"))));
    add(
        responses,
        "InvalidQuery",
        Problem.of(ProblemType.INVALID_QUERY, "there is no field 'colour'"),
        Problem.of(
            ProblemType.QUERY_TOO_COSTLY,
            "no index serves this query, and it would cost as much as reading 7,200,000 rows, where"
                + " 5,000,000 are allowed: have an index on dep_delay declared for the pipeline's"
                + " store"));
    add(responses, "NotFound", ProblemType.NOT_FOUND, "No record has this key.");
    add(
        responses,
        "NotAcceptable",
        ProblemType.NOT_ACCEPTABLE,
        "Records come as application/json, application/x-ndjson, text/csv and more.");
    add(
        responses,
        "BodyTooSlow",
        ProblemType.BODY_TOO_SLOW,
        "A body that is held in memory must come at 16 KiB a second or faster.");
    add(
        responses,
        "BodyTooLarge",
        ProblemType.BODY_TOO_LARGE,
        "A body that is accepted or rejected as a whole has at most 16 MiB.");
    add(
        responses,
        "UnsupportedMediaType",
        ProblemType.UNSUPPORTED_MEDIA_TYPE,
        "'text/plain' is not understood.");
    add(
        responses,
        "IdempotencyKeyReused",
        ProblemType.IDEMPOTENCY_KEY_REUSED,
        "This Idempotency-Key came with another body within the last 24 hours, so nothing of this"
            + " one was stored. Send the same body again for a repeat, or this one under a new"
            + " key.");
    add(
        responses,
        "OffsetBeyondResult",
        ProblemType.OFFSET_BEYOND_RESULT,
        "The result has 10 rows, and offset is 100.");
    add(
        responses,
        "InternalError",
        ProblemType.INTERNAL_ERROR,
        "This is a fault of the server; its log says more.");
    add(
        responses,
        "StoreUnavailable",
        Problem.of(ProblemType.STORE_UNAVAILABLE, "The store cannot be reached; try again."),
        Problem.of(ProblemType.OVERLOADED, "All connections to the store are in use; try again."),
        Problem.of(
            ProblemType.QUERY_TOO_SLOW,
            "The store ended the query for taking too long. Ask for fewer rows or filter by what"
                + " identifies a record."));
    add(
        responses,
        "PushUnavailable",
        ProblemType.OUTCOME_UNKNOWN,
        "Kafka failed midway, and it is unknown which records were stored. Send the same body"
            + " again with the same Idempotency-Key: then none is stored twice.");
  }

  private static void add(ObjectNode to, String name, ProblemType type, String detail) {
    add(to, name, Problem.of(type, detail));
  }

  /** One response may be told for several reasons, each with an example of its own. */
  static void add(ObjectNode to, String name, Problem... problems) {
    var response = to.putObject(name).put("description", problems[0].type().title() + ".");
    if (problems[0].type().status() == 503) {
      response
          .putObject("headers")
          .putObject("Retry-After")
          .put("description", "Seconds to wait before another attempt.")
          .putObject("schema")
          .put("type", "integer");
    }
    var media = response.putObject("content").putObject(Problem.MEDIA_TYPE);
    media.putObject("schema").put("$ref", "#/components/schemas/Problem");
    var examples = media.putObject("examples");
    for (var problem : problems) {
      try {
        examples
            .putObject(problem.type().code())
            .put("summary", problem.type().title())
            .set("value", JSON.readTree(problem.json()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
