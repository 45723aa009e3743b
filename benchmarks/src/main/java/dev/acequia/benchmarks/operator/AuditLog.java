package dev.acequia.benchmarks.operator;

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

/** The operator's writes, as the API server writes them down. */
final class AuditLog {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;

  AuditLog(Path file) {
    this.file = file;
  }

  /** Where the log ends now. */
  long end() {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was written since then but the Lease, such as {@code patch datapipelines/flights}. */
  List<String> writesSince(long place) {
    try (var log = new RandomAccessFile(file.toFile(), "r")) {
      log.seek(place);
      var bytes = new byte[Math.toIntExact(log.length() - place)];
      log.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8)
          .lines()
          .map(AuditLog::parse)
          .filter(write -> !write.at("/objectRef/resource").asText().equals("leases"))
          .map(AuditLog::words)
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

  private static String words(JsonNode write) {
    return "%s %s/%s"
        .formatted(
            write.at("/verb").asText(),
            write.at("/objectRef/resource").asText(),
            write.at("/objectRef/name").asText());
  }
}
