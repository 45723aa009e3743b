package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.harness.ReportOptions;
import java.time.Duration;
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
          + "stops consumers, crashes PostgreSQL and Kafka, and cuts connections in mid-COPY and at "
          + "COMMIT. Topic and table are compared at the end; any difference is told with its "
          + "coordinates, and the command fails."
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

  @Override
  public Integer call() throws Exception {
    var drawn = seed == null ? ThreadLocalRandom.current().nextLong(1_000_000_000L) : seed;
    return report.show(new FaultsBenchmark(Duration.ofMinutes(minutes), records, drawn));
  }
}
