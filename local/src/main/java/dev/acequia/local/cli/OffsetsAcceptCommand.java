package dev.acequia.local.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.crds.DataPipeline;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.offsets.Acceptance;
import dev.acequia.local.cli.offsets.StandingWord;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "accept",
    description = {
      "Have a pipeline read its topic on from the beginning, the end, or an offset.",
      "",
      "Writes an annotation that names the topic as it is now; the operator's next migration "
          + "applies it once, and an Event says so. Nothing happens before you confirm."
    },
    footer = {
      "",
      "Examples:",
      "  ./acequia offsets accept flights --to earliest",
      "  ./acequia offsets accept flights --partition 2 --to 118250"
    })
final class OffsetsAcceptCommand implements Callable<Integer> {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Spec private CommandSpec spec;
  @Mixin private OffsetsOptions options;
  @Mixin private Confirmation confirmation;

  @Option(
      names = "--to",
      paramLabel = "earliest|latest|OFFSET",
      required = true,
      description =
          "The next record to read: the log's first, none that is there, or this one (with "
              + "--partition, where there are several).")
  private String to;

  @Option(
      names = "--replace",
      description = "Drop what was accepted before for other partitions and is not applied yet.")
  private boolean replace;

  @Override
  public Integer call() throws InterruptedException {
    LibraryLogs.onlyErrors();
    var out = spec.commandLine().getOut();
    try (var client = options.kubernetes()) {
      var found = options.pipeline(client);
      var topic = options.topic(found);
      var acceptance = Acceptance.of(topic, options.partition(), to);
      out.println("topic " + topic.name() + ", id " + topic.id());
      acceptance.consequences().forEach(out::println);
      out.flush();
      if (!confirmation.given(out)) {
        out.println("Nothing was changed.");
        return 1;
      }
      if (!replace) {
        refuseToLose(StandingWord.lostTo(acceptance.accepted(), found, client), found);
      }
      annotate(client, found, acceptance.accepted().givenAt(Instant.now()));
      out.println("Accepted. The migration applies it once; watch it with:");
      out.println(
          "  kubectl -n %s get dp %s -w"
              .formatted(found.getMetadata().getNamespace(), found.getMetadata().getName()));
      return 0;
    }
  }

  private static void refuseToLose(Optional<AcceptedOffsets> lost, DataPipeline pipeline) {
    if (lost.isPresent()) {
      var word = lost.get();
      throw new CommandException(
          "what was accepted before, --to %s for %s, has not been applied yet and would be lost: wait until the migration has ended, with 'kubectl -n %s get dp %s -w', or drop it with --replace"
              .formatted(
                  word.to(),
                  word.partition() == null ? "all partitions" : "partition " + word.partition(),
                  pipeline.getMetadata().getNamespace(),
                  pipeline.getMetadata().getName()));
    }
  }

  private static void annotate(
      KubernetesClient client, DataPipeline pipeline, AcceptedOffsets accepted) {
    try {
      var patch =
          JSON.writeValueAsString(
              Map.of(
                  "metadata",
                  Map.of(
                      "annotations",
                      Map.of(AcceptedOffsets.ANNOTATION, JSON.writeValueAsString(accepted)))));
      client
          .resources(DataPipeline.class)
          .inNamespace(pipeline.getMetadata().getNamespace())
          .withName(pipeline.getMetadata().getName())
          .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    } catch (JacksonException e) {
      throw new IllegalStateException("accepted offsets are always JSON", e);
    } catch (KubernetesClientException e) {
      throw new CommandException("the cluster refused the annotation: " + Explanation.of(e), e);
    }
  }
}
