package dev.acequia.local.cli.source;

import de.siegmar.fastcsv.reader.CsvParseException;
import java.util.regex.Pattern;

/** The parser's complaint in the words of this program. */
final class CsvFault {
  private static final Pattern LINE = Pattern.compile("line (\\d+)");

  private CsvFault() {}

  /** Says on which line the record began that cannot be read, and why. */
  static String of(CsvParseException e, long lastGoodLine) {
    var why = e.getCause() == null ? e : e.getCause();
    for (Throwable t = e; t != null; t = t.getCause()) {
      var line = LINE.matcher(String.valueOf(t.getMessage()));
      if (line.find()) {
        return "line " + line.group(1) + ": " + why.getMessage();
      }
    }
    return "after line " + lastGoodLine + ": " + why.getMessage();
  }
}
