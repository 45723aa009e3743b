package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.harness.ReportOptions;
import dev.acequia.benchmarks.harness.StoreChoice;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code acequia bench faults}. */
@Command(
    name = "faults",
    description = {
      "Whether each record has its effect once, whatever fails.",
      "Producers write known ids, in append and in upsert mode at once, while a nemesis kills and "
          + "stops consumers, makes the topic again, wakes consumers of a former schema, crashes "
          + "Kafka, has it lose what it acknowledged, fills its disk, sets clocks off by a day, and "
          + "loses calls and answers in mid-batch and at the commit. PostgreSQL is crashed, its disk "
          + "filled, a standby promoted, and migrations are stopped as well. What stands in for "
          + "DynamoDB and BigQuery throttles, is cut off, and is ended and started with what it "
          + "held. The command compares topic and table at the end by reading both itself, lists "
          + "each difference with its coordinates, and then fails.",
      "Disks need root, clocks need libfaketime (Debian: apt-get install faketime); without them "
          + "those faults are skipped, and the report says so."
    })
public final class FaultsCommand implements Callable<Integer> {
  @Mixin private ReportOptions report;

  @Option(
      names = "--store",
      paramLabel = "KIND",
      defaultValue = "postgres",
      description = "Where the records go: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private StoreChoice store = StoreChoice.POSTGRES;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "20",
      description = "How long faults are inflicted (default: ${DEFAULT-VALUE}).")
  private int minutes;

  @Option(
      names = "--records",
      paramLabel = "N",
      description =
          "Ids in each mode, spread over that time (default: 2000000 in PostgreSQL, 10000 in "
              + "DynamoDB, 12000 in BigQuery, as much as their stand-ins take).")
  private @Nullable Long records;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What the faults and their order are drawn from (default: another each time).")
  private @Nullable Long seed;

  @Option(
      names = "--fault",
      paramLabel = "NAME",
      description =
          "Only this one; may be said again: ${COMPLETION-CANDIDATES} (default: all that the store "
              + "can suffer).")
  private List<Fault> faults = List.of();

  @Override
  public Integer call() throws Exception {
    var drawn = seed == null ? ThreadLocalRandom.current().nextLong(1_000_000_000L) : seed;
    return report.show(
        new FaultsBenchmark(store, Duration.ofMinutes(minutes), records, faults, drawn));
  }
}
