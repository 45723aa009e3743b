package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API does what its OpenAPI document says. */
class SchemathesisIT {
  @TempDir Path folder;

  @Test
  void theApiDoesWhatItsDocumentSays() throws Exception {
    try (var pipeline =
        TestPipeline.start(
            LoadMode.UPSERT,
            List.of("key", "at"),
            Stream.concat(
                    Stream.of(
                        required("key", FieldType.STRING),
                        required("at", FieldType.TIMESTAMP),
                        new Field("fare", FieldType.DECIMAL, false, new Digits(12, 2), null),
                        new Field("count", FieldType.DECIMAL, false, new Digits(9, 0), null)),
                    Arrays.stream(FieldType.values())
                        .map(type -> field("a_" + type.name().toLowerCase(Locale.ROOT), type)))
                .toArray(Field[]::new))) {
      pipeline.store(
          "[{\"key\":\"key A\",\"at\":\"2013-01-01T05:00:00Z\",\"a_int64\":9007199254740993}]");

      new Schemathesis(folder).check(pipeline, "schemathesis.toml", Schemathesis.EXAMPLES);
    }
  }

  /** They share the operation with ordinary pushes, and would leave few of these to be tried. */
  @Test
  void theApiTakesEnvelopesAsItsDocumentSays() throws Exception {
    var keys = Files.createDirectory(folder.resolve("keys"));
    Files.writeString(keys.resolve("access-key"), "a long text of one's own");
    try (var pipeline =
        TestPipeline.start(
            Map.of(
                "ACEQUIA_SOURCES",
                "{\"cloudEvents\":{},\"firehose\":{},\"sns\":{\"topicArns\":[\"arn:aws:sns:us-west-2:123456789012:passengers\"]},"
                    + "\"pubsub\":{\"audience\":\"https://flights.example.com\",\"serviceAccount\":\"push@example.com\"}}",
                "ACEQUIA_FIREHOSE_KEYS_DIR",
                keys.toString()),
            LoadMode.APPEND,
            List.of(),
            field("n", FieldType.INT32))) {
      new Schemathesis(folder)
          .check(
              pipeline,
              "envelopes.toml",
              Math.max(1, Schemathesis.EXAMPLES / 2),
              "--include-operation-id=pushRecords");
    }
  }
}
