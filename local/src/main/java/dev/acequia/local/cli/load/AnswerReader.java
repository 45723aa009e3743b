package dev.acequia.local.cli.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the endpoint's responses: its result, or a problem document of RFC 9457. */
final class AnswerReader {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(2);

  private AnswerReader() {}

  static Answer read(HttpResponse<byte[]> response, Chunk chunk) {
    var document = parse(response.body());
    return switch (response.statusCode()) {
      case 200 -> done(document, chunk);
      case 400, 422 -> refused(document, chunk);
      case 408, 425, 429, 500, 502, 503, 504 ->
          new Answer.Later(reason(response, document), retryAfter(response));
      case 401, 403 ->
          new Answer.Never(
              reason(response, document) + " (the key goes into --api-key or ACEQUIA_API_KEY)",
              false);
      case 413 ->
          new Answer.Never(
              reason(response, document) + "; send smaller requests with --batch", false);
      default -> new Answer.Never(reason(response, document), false);
    };
  }

  private static Answer done(JsonNode document, Chunk chunk) {
    var accepted = document.path("accepted");
    if (!accepted.isInt()) {
      return new Answer.Never("the answer does not say how many records were accepted", true);
    }
    return new Answer.Done(
        accepted.intValue(), chunk.records() - accepted.intValue(), problems(document, chunk));
  }

  private static Answer refused(JsonNode document, Chunk chunk) {
    var problems = problems(document, chunk);
    if (problems.isEmpty()) {
      return new Answer.Never("the endpoint refused the request: " + words(document), false);
    }
    return new Answer.Refused(
        document.path("accepted").asInt(0),
        document.path("rejected").asInt(problems.size()),
        problems);
  }

  private static List<RecordProblem> problems(JsonNode document, Chunk chunk) {
    var problems = new ArrayList<RecordProblem>();
    for (var error : document.path("errors")) {
      var index = error.path("index").asInt(-1);
      if (index >= 0 && index < chunk.records()) {
        var field = error.path("field");
        problems.add(
            new RecordProblem(
                chunk.lines()[index],
                field.isTextual() ? field.textValue() : null,
                error.path("reason").asText("not accepted")));
      }
    }
    return problems;
  }

  private static String reason(HttpResponse<byte[]> response, JsonNode document) {
    return "the endpoint answered " + response.statusCode() + ": " + words(document);
  }

  private static String words(JsonNode document) {
    var detail = document.path("detail").asText("");
    return detail.isEmpty() ? document.path("title").asText("no reason given") : detail;
  }

  private static JsonNode parse(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  private static @Nullable Duration retryAfter(HttpResponse<byte[]> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(seconds -> seconds.matches("[0-9]{1,9}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .map(after -> after.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : after)
        .orElse(null);
  }
}
