package dev.acequia.local.cli;

import dev.acequia.local.CommandException;
import dev.acequia.local.cli.load.Endpoint;
import dev.acequia.local.cli.load.FileImport;
import dev.acequia.local.cli.load.ImportOptions;
import dev.acequia.local.cli.source.RecordFile;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "import",
    description = {
      "Push a file of records to a pipeline's endpoint.",
      "",
      "Reads CSV (with a header) or NDJSON, as it is or compressed by gzip or zstd, from a file or "
          + "standard input, and sends it in requests that are repeated until they are answered. A request that is repeated carries the same "
          + "Idempotency-Key, so its records are stored once. Records with the same key are sent "
          + "in the file's order. Exits with 0 only when every record was accepted."
    },
    footer = {
      "",
      "Examples:",
      "  ./acequia import flights-2013.csv.gz --to http://127.0.0.1:30080 --null NA",
      "  ./acequia import events.ndjson --to \"$ENDPOINT\" --on-error skip",
      "  ./program | ./acequia import - --to \"$ENDPOINT\""
    })
final class ImportCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** What becomes of the rest when a record is bad. */
  enum OnError {
    STOP,
    SKIP
  }

  @Spec private CommandSpec spec;
  @Mixin private RecordFileOptions input;

  @Option(
      names = "--to",
      paramLabel = "ENDPOINT",
      required = true,
      description = "The pipeline's address, as kubectl get datapipelines shows it.")
  private String to;

  @Option(
      names = "--on-error",
      paramLabel = "stop|skip",
      description =
          "What to do about bad records: stop (default), or skip them and send the others.")
  private OnError onError = OnError.STOP;

  @Option(
      names = "--ignore",
      paramLabel = "COLUMN",
      split = ",",
      description = "Columns that are not sent.")
  private Set<String> ignored = new LinkedHashSet<>();

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      description =
          "The time zone of dates and times without an offset, such as UTC or Europe/Madrid (CSV, "
              + "fields of type timestamp). A time that a change of the clocks leaves out, or "
              + "repeats, is a bad record.")
  private @Nullable String zone;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Records in a request, at most (default: 5000; 4 MiB in any case).")
  private int batch = 5000;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      description = "Requests in flight, at most (default: 4).")
  private int parallel = 4;

  @Option(
      names = "--resume",
      paramLabel = "RUN",
      description =
          "Go on with an interrupted run, with the same file and options: what it had sent "
              + "already is stored once (within 24 hours).")
  private @Nullable String resume;

  @Mixin private CallerOptions caller;

  @Override
  public Integer call() throws InterruptedException {
    var records = input.file();
    if (zone != null && records.format() != RecordFile.Format.CSV) {
      throw new CommandException("--zone is for CSV; in NDJSON, a time stands with its offset");
    }
    var options =
        new ImportOptions(
            input.dialect(records),
            ignored,
            zone(),
            within("--parallel", parallel, 64),
            within("--batch", batch, 100_000),
            onError == OnError.SKIP,
            resume,
            PATIENCE);
    var run = FileImport.prepare(records, caller.apply(Endpoint.of(to)), options);
    var err = spec.commandLine().getErr();
    var path = records.path();
    var display =
        new ImportDisplay(path == null ? "standard input" : path.getFileName().toString(), err);
    var done = new AtomicBoolean();
    var interrupted =
        new Thread(
            () -> {
              if (!done.get()) {
                display.end();
                err.println("interrupted; " + resumption(run.run()));
                err.flush();
              }
            });
    Runtime.getRuntime().addShutdownHook(interrupted);
    try {
      var result = run.run(display);
      display.end();
      spec.commandLine().getOut().println(display.summary(result));
      if (result.failure() != null) {
        err.println("acequia: " + result.failure());
      }
      if (result.unreadable()) {
        err.println(
            "%,d records before it were accepted; what follows was not read."
                .formatted(result.accepted()));
      } else if (result.unknown() > 0) {
        err.println(
            "Whether the last %,d records are stored is not known; %s"
                .formatted(result.unknown(), resumption(run.run())));
      } else if (result.failure() != null && result.rejected() == 0) {
        err.println(capitalised(resumption(run.run())));
      } else if (result.heldBack() > 0) {
        err.println(
            "%,d good records travelled with bad ones and were not stored; --on-error skip sends them."
                .formatted(result.heldBack()));
      }
      return result.isComplete() ? 0 : 1;
    } finally {
      done.set(true);
      display.end();
    }
  }

  private static String resumption(@Nullable String run) {
    if (run == null) {
      return "standard input cannot be read again, so this run cannot go on";
    }
    return "to go on without storing anything twice, repeat the command with --resume " + run;
  }

  private static String capitalised(String sentence) {
    return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
  }

  private @Nullable ZoneId zone() {
    try {
      return zone == null ? null : ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw new CommandException(
          "--zone " + zone + ": not a time zone; use UTC, +01:00 or a name such as Europe/Madrid",
          e);
    }
  }

  private static int within(String option, int value, int max) {
    if (value < 1 || value > max) {
      throw new CommandException(
          String.format(Locale.ROOT, "%s %d: use 1 to %,d", option, value, max));
    }
    return value;
  }
}
