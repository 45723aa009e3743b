package dev.acequia.api.ingest;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** The formats a body may have. */
enum BodyFormat {
  /** One object, or an array of them. */
  JSON,
  /** An object on each line. */
  NDJSON,
  /** A header with the fields' names, and a row for each record. */
  CSV;

  private static final String ACCEPTED = "application/json, application/x-ndjson, text/csv";

  /** Chooses by the request's Content-Type. */
  static BodyFormat of(@Nullable String contentType) {
    if (contentType == null) {
      throw unsupported("The body has no Content-Type");
    }
    MediaType type;
    try {
      type = MediaType.parseMediaType(contentType);
    } catch (InvalidMediaTypeException e) {
      throw unsupported("The Content-Type is malformed");
    }
    var charset = type.getParameter("charset");
    if (charset != null && !charset.equalsIgnoreCase(StandardCharsets.UTF_8.name())) {
      throw unsupported("The character set '" + charset + "' is not UTF-8");
    }
    return switch (type.getType() + "/" + type.getSubtype()) {
      case "application/json" -> JSON;
      case "application/x-ndjson",
          "application/ndjson",
          "application/jsonl",
          "application/x-jsonlines" ->
          NDJSON;
      case "text/csv" -> {
        if ("absent".equalsIgnoreCase(type.getParameter("header"))) {
          throw unsupported("CSV without a header row has no names for its columns");
        }
        yield CSV;
      }
      default ->
          throw unsupported("'" + type.getType() + "/" + type.getSubtype() + "' is not understood");
    };
  }

  private static ProblemException unsupported(String reason) {
    return new ProblemException(
        Problem.of(
                ProblemType.UNSUPPORTED_MEDIA_TYPE,
                reason
                    + ". Send 'Content-Type: application/json' with an object or an array,"
                    + " 'application/x-ndjson' with an object on each line, or 'text/csv' with a"
                    + " header row.")
            .withHeader("Accept-Post", ACCEPTED));
  }
}
