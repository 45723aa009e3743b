package dev.acequia.local.cli.letters;

import dev.acequia.contract.record.SourceCoordinates;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;

/** Dead letters for a person: a line for each. */
public final class LetterTable {
  private static final String LINE = "%-20s  %-14s  %-10s  %-16s  %-50s  %s%n";
  private static final int MESSAGE = 50;
  private static final int VALUE = 80;

  private final PrintWriter out;

  /** Prints the heading. */
  public LetterTable(PrintWriter out) {
    this.out = out;
    out.printf(LINE, "PUT ASIDE", "SOURCE", "LETTER", "ERROR", "MESSAGE", "VALUE");
  }

  public void print(Letter letter) {
    var record = letter.record();
    out.printf(
        LINE,
        letter.putAside().truncatedTo(ChronoUnit.SECONDS),
        letter.source().map(LetterTable::place).orElse("-"),
        record.partition() + ":" + record.offset(),
        letter.errorClass(),
        ReadableBytes.onOneLine(letter.error().getBytes(StandardCharsets.UTF_8), MESSAGE),
        record.value() == null ? "(none)" : ReadableBytes.onOneLine(record.value(), VALUE));
  }

  /** After a cut of the log an offset is not enough. */
  private static String place(SourceCoordinates source) {
    var generation = source.generation();
    return source.partition()
        + ":"
        + source.offset()
        + (generation == null || generation == 1 ? "" : " g" + generation);
  }

  /** Says what there is, with or without a table. */
  public static void summary(PrintWriter out, Selection selection) {
    var count = selection.entries().size();
    out.printf("%,d dead letter%s", count, count == 1 ? "" : "s");
    selection.byErrorClass().forEach((word, ofIt) -> out.printf(", %s %,d", word, ofIt));
    out.println();
    if (selection.repeats() > 0) {
      out.printf("%,d repeats of the same records are left out%n", selection.repeats());
    }
    if (selection.beyondLimit() > 0) {
      out.printf("%,d more are beyond --limit%n", selection.beyondLimit());
    }
  }
}
