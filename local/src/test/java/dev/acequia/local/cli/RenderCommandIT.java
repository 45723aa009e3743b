package dev.acequia.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What `render` prints for the examples, and what it says of resources that cannot be. */
class RenderCommandIT {
  private static final Path EXAMPLES = Path.of("../examples");

  @TempDir private Path folder;

  @Test
  void printsEveryObjectOfTheExamples() {
    var run = CommandLineRun.of("render", "-f", EXAMPLES.resolve("flights.yaml").toString());

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("# flights in default: ")
        .contains("beside the Kafka topics default.flights and default.flights.dlq")
        .contains("kind: \"ConfigMap\"", "kind: \"Job\"", "kind: \"Deployment\"")
        .contains("name: \"flights-consumer\"", "name: \"flights-api\"")
        .doesNotContain("\nstatus:");
  }

  @Test
  void whatNewPrintsCanBeRendered() throws IOException {
    var draft =
        CommandLineRun.of("new", EXAMPLES.resolve("flights.ndjson").toString(), "--name", "other");
    var file = Files.writeString(folder.resolve("other.yaml"), draft.out());

    var run = CommandLineRun.of("render", "-f", file.toString(), "-n", "ops");

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).startsWith("# other in ops: ");
  }

  @Test
  void namesThePlaceOfWhatIsWrong() throws IOException {
    var flights = Files.readString(EXAMPLES.resolve("flights.yaml"));

    assertThat(error(flights.replace("mode: upsert", "mod: upsert")))
        .isEqualTo(
            "spec.consumer.mod: there is no such field; there are deadLetters, mode, replicas, scaling");
    assertThat(error(flights.replaceFirst("type: timestamp", "type: datetime")))
        .startsWith("spec.schema.fields[0].type: 'datetime' is not one of string, int32, ");
    assertThat(error(flights.replace("key: [time_hour", "key: [time_our")))
        .contains("flights cannot be served:")
        .contains("  spec.schema.key: 'time_our' is not among spec.schema.fields");
    assertThat(error("kind: ConfigMap\napiVersion: v1\n"))
        .isEqualTo(
            "apiVersion v1, kind ConfigMap: only DataPipeline of acequia.dev/v1alpha1 can be"
                + " rendered");
    assertThat(error("a: [1\n")).startsWith("line 1: not YAML: ");
    assertThat(error("")).isEqualTo("holds no DataPipeline");
  }

  private String error(String yaml) throws IOException {
    var file = Files.writeString(folder.resolve("bad.yaml"), yaml);
    var run = CommandLineRun.of("render", "-f", file.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    return run.err().strip().replace("acequia: " + file + ": ", "");
  }
}
