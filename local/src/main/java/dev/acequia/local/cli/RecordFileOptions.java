package dev.acequia.local.cli;

import dev.acequia.local.CommandException;
import dev.acequia.local.cli.source.CsvDialect;
import dev.acequia.local.cli.source.RecordFile;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
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
      description = "A .csv, .tsv, .ndjson or .jsonl file, or its .gz.")
  private Path path;

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
      defaultValue = "UTF-8",
      description = "The CSV file's encoding (default: ${DEFAULT-VALUE}).")
  private String encoding = "UTF-8";

  RecordFile file() {
    return RecordFile.of(path);
  }

  CsvDialect dialect(RecordFile file) {
    if (file.format() != RecordFile.Format.CSV && (!nulls.isEmpty() || delimiter != null)) {
      throw new CommandException(
          "--null and --delimiter are for CSV; NDJSON has a null of its own");
    }
    return new CsvDialect(delimiter(file), charset(), Set.copyOf(nulls));
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
    try {
      return Charset.forName(encoding);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new CommandException(
          "--encoding " + encoding + ": not known; UTF-8 and windows-1252 are", e);
    }
  }
}
