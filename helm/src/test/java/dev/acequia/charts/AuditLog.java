package dev.acequia.charts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The operator's calls, as the API server writes them down. */
record AuditLog(Path file) {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * One call.
   *
   * @param resource with a subresource behind a slash
   * @param namespace empty for what is in none
   * @param forbidden whether the caller lacks a right, rather than that an admission plugin refused
   */
  record Call(
      String verb,
      String group,
      String resource,
      String namespace,
      String name,
      int code,
      boolean forbidden) {}

  /** Where the log ends now. */
  long end() {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was called for objects since then; a watch counts when it begins. */
  List<Call> since(long place) {
    try (var log = new RandomAccessFile(file.toFile(), "r")) {
      log.seek(place);
      var bytes = new byte[Math.toIntExact(log.length() - place)];
      log.readFully(bytes);
      var text = new String(bytes, StandardCharsets.UTF_8);
      return text.substring(0, text.lastIndexOf('\n') + 1)
          .lines()
          .map(AuditLog::parse)
          .filter(event -> event.has("objectRef"))
          .map(AuditLog::call)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Call call(JsonNode event) {
    var object = event.get("objectRef");
    var subresource = object.path("subresource").asText();
    return new Call(
        event.path("verb").asText(),
        object.path("apiGroup").asText(),
        object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
        object.path("namespace").asText(),
        object.path("name").asText(),
        event.at("/responseStatus/code").asInt(),
        "forbid".equals(event.path("annotations").path("authorization.k8s.io/decision").asText()));
  }
}
