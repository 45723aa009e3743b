package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Runs schemathesis, which sends requests made from the OpenAPI document and checks the answers. A
 * machine without Python skips the test with a message, unless {@code ACEQUIA_SCHEMATHESIS} names
 * the program. {@code -Dschemathesis.examples=500} asks for more.
 *
 * @param folder for its logs
 */
record Schemathesis(Path folder) {
  static final int EXAMPLES = Integer.getInteger("schemathesis.examples", 40);

  private static final Path SETTINGS = Path.of("src/test/schemathesis").toAbsolutePath();
  private static final int MOST_MINUTES = Integer.getInteger("schemathesis.minutes", 10);

  void check(TestPipeline pipeline, String settings, int examples, String... more)
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
                SETTINGS.resolve(settings).toString(),
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
    var installed = run(log, SETTINGS.resolve("install").toString());
    return installed == 0 ? Path.of(Files.readAllLines(log).getLast()) : null;
  }

  private int run(Path log, String... command) throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(new ArrayList<>(List.of(command)))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("SCHEMATHESIS_HOOKS", "hooks");
    builder.environment().put("PYTHONPATH", SETTINGS.toString());
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
