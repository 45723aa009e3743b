package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the API says of itself, held against what it does, by a tool that makes requests from the
 * OpenAPI document. Without Python it cannot run and says so; where {@code ACEQUIA_SCHEMATHESIS}
 * names the program, it must. {@code -Dschemathesis.examples=500} asks for more.
 */
class SchemathesisIT {
  private static final int EXAMPLES = Integer.getInteger("schemathesis.examples", 40);
  private static final Path FOLDER = Path.of("src/test/schemathesis").toAbsolutePath();
  private static final int MOST_MINUTES = Integer.getInteger("schemathesis.minutes", 10);

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

      check(pipeline, "schemathesis.toml", EXAMPLES);
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
      check(
          pipeline,
          "envelopes.toml",
          Math.max(1, EXAMPLES / 2),
          "--include-operation-id=pushRecords");
    }
  }

  private void check(TestPipeline pipeline, String settings, int examples, String... more)
      throws Exception {
    var program = program();
    if (program == null) {
      Assumptions.abort(
          "NOT CHECKED: this needs python3 with venv and pip, which are missing here");
      return;
    }
    var command =
        Stream.concat(
            Stream.of(
                program.toString(),
                "--config-file",
                FOLDER.resolve(settings).toString(),
                "run",
                "http://127.0.0.1:" + pipeline.api.port() + "/openapi.json",
                "--checks=all",
                "--max-examples=" + examples,
                "--seed=1",
                "--generation-database=none",
                "--no-color"),
            Arrays.stream(more));
    var log = folder.resolve("schemathesis.log");
    var run = run(log, command.toArray(String[]::new));

    var output = Files.readString(log);
    System.out.println(output.substring(Math.max(0, output.length() - 2000)));
    assertThat(run).as(output).isZero();
  }

  /** The program, installed when that can be done; null where it cannot. */
  private @Nullable Path program() throws IOException, InterruptedException {
    var named = System.getenv("ACEQUIA_SCHEMATHESIS");
    if (named != null && !named.isEmpty()) {
      return Path.of(named);
    }
    var log = folder.resolve("install.log");
    var installed = run(log, FOLDER.resolve("install").toString());
    return installed == 0 ? Path.of(Files.readAllLines(log).getLast()) : null;
  }

  private int run(Path log, String... command) throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(new ArrayList<>(List.of(command)))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("SCHEMATHESIS_HOOKS", "hooks");
    builder.environment().put("PYTHONPATH", FOLDER.toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    var process = builder.start();
    try {
      assertThat(process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)).as("it ends").isTrue();
      return process.exitValue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
