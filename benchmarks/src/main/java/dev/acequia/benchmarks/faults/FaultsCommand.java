package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.harness.ReportOptions;
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
          + "stops consumers and migrations, crashes PostgreSQL and Kafka, promotes a standby, has "
          + "Kafka lose what it acknowledged, fills disks, sets clocks off by a day, and cuts "
          + "connections in mid-COPY and at COMMIT. The command compares topic and table "
          + "at the end, lists each difference with its coordinates, and then fails.",
      "Disks need root, clocks need libfaketime (Debian: apt-get install faketime); without them "
          + "those faults are skipped, and the report says so."
    })
public final class FaultsCommand implements Callable<Integer> {
  @Mixin private ReportOptions report;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "20",
      description = "How long faults are inflicted (default: ${DEFAULT-VALUE}).")
  private int minutes;

  @Option(
      names = "--records",
      paramLabel = "N",
      defaultValue = "2000000",
      description = "Ids in each mode, spread over that time (default: ${DEFAULT-VALUE}).")
  private long records;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What the faults and their order are drawn from (default: another each time).")
  private @Nullable Long seed;

  @Option(
      names = "--fault",
      paramLabel = "NAME",
      description = "Only this one; may be said again: ${COMPLETION-CANDIDATES} (default: all).")
  private List<Fault> faults = List.of(Fault.values());

  @Override
  public Integer call() throws Exception {
    var drawn = seed == null ? ThreadLocalRandom.current().nextLong(1_000_000_000L) : seed;
    return report.show(new FaultsBenchmark(Duration.ofMinutes(minutes), records, faults, drawn));
  }
}
