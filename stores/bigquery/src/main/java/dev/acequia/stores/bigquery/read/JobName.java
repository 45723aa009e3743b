package dev.acequia.stores.bigquery.read;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job of the project.
 *
 * @param location where it runs; null where the service does not say
 */
record JobName(String id, @Nullable String location) {
  /** Reads the reference that the parser has begun. */
  static JobName of(JsonParser in) throws IOException {
    String id = null;
    String location = null;
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      var name = in.currentName();
      in.nextToken();
      switch (name) {
        case "jobId" -> id = in.getText();
        case "location" -> location = in.getText();
        default -> in.skipChildren();
      }
    }
    if (id == null) {
      throw new IOException("a job without a name");
    }
    return new JobName(id, location);
  }

  /** For an address. */
  Map<String, String> parameters() {
    return location == null ? Map.of() : Map.of("location", location);
  }
}
