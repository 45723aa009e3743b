package dev.acequia.consumer;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a process that needs a person says so. */
final class ProcessEnd {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessEnd.class);

  private final Map<String, String> environment;

  ProcessEnd(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Reads the variables that are files too. */
  static Map<String, String> environment(Map<String, String> given) throws TerminationException {
    return configured(() -> RuntimeVariable.withFiles(given));
  }

  /** Reads the definition that the environment names. */
  static PipelineDefinition definition(Map<String, String> environment)
      throws TerminationException {
    return configured(
        () ->
            PipelineDefinition.read(
                Path.of(RuntimeVariable.ACEQUIA_DEFINITION.requiredIn(environment))));
  }

  /** Makes something of the configuration; when that fails, only a person can help. */
  static <T> T configured(Supplier<T> making) throws TerminationException {
    try {
      return making.get();
    } catch (IllegalStateException | IllegalArgumentException | UncheckedIOException e) {
      throw new TerminationException(
          Termination.Reason.Misconfigured, String.valueOf(e.getMessage()));
    }
  }

  /** Leaves the message where Kubernetes finds it, and answers the exit code. */
  int needsPerson(TerminationException e) {
    var termination = e.termination();
    LOG.error("{}: {}", termination.reason(), termination.message());
    leave(termination::write);
    return Termination.EXIT_CODE;
  }

  /** Leaves the reason for a retry, which the operator quotes; returns the exit code. */
  int again(Exception e) {
    // A TimeoutException of a future has no message.
    var words = e instanceof TimeoutException ? "Kafka did not answer in time" : e.getMessage();
    LOG.error("failed, to be retried: {}", words);
    leave(file -> Files.writeString(file, String.valueOf(words)));
    return 1;
  }

  private interface Writing {
    void write(Path file) throws IOException;
  }

  private void leave(Writing message) {
    RuntimeVariable.ACEQUIA_TERMINATION_LOG
        .in(environment)
        .ifPresent(
            file -> {
              try {
                message.write(Path.of(file));
              } catch (IOException unwritable) {
                LOG.error("cannot write the termination message to {}", file, unwritable);
              }
            });
  }
}
