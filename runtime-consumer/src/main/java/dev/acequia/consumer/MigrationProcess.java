package dev.acequia.consumer;

import dev.acequia.consumer.migrate.TopicLogReader;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.telemetry.ClockWatch;
import dev.acequia.telemetry.LogLines;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares the store for a pipeline, or removes what it made: {@code migrate} or {@code migrate
 * drop}. Ends with 0 when done, {@link dev.acequia.contract.Termination#EXIT_CODE} when a person is
 * needed, and 1 when it should be tried again.
 */
public final class MigrationProcess {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationProcess.class);

  private MigrationProcess() {}

  public static void main(String[] args) {
    ClockWatch.start();
    LogLines.install();
    System.exit(run(List.of(args), System.getenv()));
  }

  /** The process, without its end: answers the exit code. */
  static int run(List<String> arguments, Map<String, String> given) {
    var end = new ProcessEnd(given);
    try {
      var environment = ProcessEnd.environment(given);
      var definition = ProcessEnd.definition(environment);
      var migration = ProcessEnd.configured(() -> StoreMigration.open(definition, environment));
      if (arguments.contains("drop")) {
        migration.drop();
      } else {
        migrate(definition, migration, environment);
      }
      return 0;
    } catch (TerminationException e) {
      return end.needsPerson(e);
    } catch (StoreUnavailableException | ExecutionException | TimeoutException | KafkaException e) {
      return end.again(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private static void migrate(
      PipelineDefinition definition, StoreMigration migration, Map<String, String> environment)
      throws TerminationException,
          StoreUnavailableException,
          ExecutionException,
          TimeoutException,
          InterruptedException {
    var kafka = ProcessEnd.configured(() -> KafkaConnection.fromEnvironment(environment));
    migration.migrate(new TopicLogReader(definition, kafka).read());
    LOG.info(
        "the store is ready for {}/{}, schema {}",
        definition.namespace(),
        definition.name(),
        definition.schema().hash());
  }
}
