package dev.acequia.local.cli;

import dev.acequia.local.CommandException;
import dev.acequia.local.cli.source.CsvDialect;
import dev.acequia.local.cli.source.RecordFile;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The file of records that a command reads, and what has to be said of it if it is CSV. */
final class RecordFileOptions {
  @Parameters(
      paramLabel = "FILE",
      description =
          "A .csv, .tsv, .ndjson, .jsonl or .txt file, or its .gz or .zst; - is standard input. The "
              + "first character of standard input and of .txt says whether it is NDJSON.")
  private Path path;

  @Option(
      names = "--format",
      paramLabel = "csv|ndjson",
      description = "What FILE holds, when its name does not say so.")
  private RecordFile.@Nullable Format format;

  @Option(
      names = "--null",
      paramLabel = "WORD",
      description = "A word that stands for null in the CSV file, such as NA; can be repeated.")
  private List<String> nulls = new ArrayList<>();

  @Option(
      names = "--delimiter",
      paramLabel = "CHAR",
      description = "What stands between the columns: a comma unless told (a tab in .tsv).")
  private @Nullable String delimiter;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description = "The CSV file's encoding (default: UTF-8).")
  private @Nullable String encoding;

  RecordFile file() {
    return path.toString().equals("-")
        ? RecordFile.standardInput(System.in, format)
        : RecordFile.of(path, format);
  }

  CsvDialect dialect(RecordFile file) {
    if (file.format() != RecordFile.Format.CSV
        && (!nulls.isEmpty() || delimiter != null || encoding != null)) {
      throw new CommandException(
          "--null, --delimiter and --encoding are for CSV; NDJSON has a null of its own and is"
              + " UTF-8");
    }
    return new CsvDialect(delimiter(file), delimiter != null, charset(), Set.copyOf(nulls));
  }

  private char delimiter(RecordFile file) {
    if (delimiter == null) {
      return file.usualDelimiter();
    }
    if (delimiter.equals("\\t") || delimiter.equalsIgnoreCase("tab")) {
      return '\t';
    }
    if (delimiter.length() != 1 || "\"\r\n".contains(delimiter)) {
      throw new CommandException("--delimiter " + delimiter + ": give one character, or tab");
    }
    return delimiter.charAt(0);
  }

  private Charset charset() {
    if (encoding == null) {
      return StandardCharsets.UTF_8;
    }
    try {
      return Charset.forName(encoding);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new CommandException(
          "--encoding " + encoding + ": not known; UTF-8 and windows-1252 are", e);
    }
  }
}
