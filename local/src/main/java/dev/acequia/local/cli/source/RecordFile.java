package dev.acequia.local.cli.source;

import dev.acequia.local.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A file of records and what its name says of it. Whether it is gzipped its first bytes say.
 *
 * @param format by the name's ending, {@code .gz} left off
 * @param stem the file's name without its endings
 */
public record RecordFile(Path path, Format format, String stem) {
  /** How the records are written. */
  public enum Format {
    CSV,
    NDJSON
  }

  /**
   * Looks at the file.
   *
   * @throws CommandException when there is none, or its name has another ending
   */
  public static RecordFile of(Path path) {
    if (!Files.exists(path)) {
      throw new CommandException(path + ": no such file");
    }
    if (!Files.isReadable(path) || Files.isDirectory(path)) {
      throw new CommandException(path + ": not a readable file");
    }
    var name = path.getFileName().toString();
    var lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".gz")) {
      name = name.substring(0, name.length() - 3);
      lower = lower.substring(0, lower.length() - 3);
    }
    var dot = lower.lastIndexOf('.');
    var ending = dot < 0 ? "" : lower.substring(dot);
    var format =
        switch (ending) {
          case ".csv", ".tsv" -> Format.CSV;
          case ".ndjson", ".jsonl" -> Format.NDJSON;
          case ".json" ->
              throw new CommandException(
                  path
                      + ": one JSON document is not read record by record; make it NDJSON, such as"
                      + " by: jq -c '.[]' "
                      + path
                      + " > "
                      + name.substring(0, dot)
                      + ".ndjson");
          default ->
              throw new CommandException(
                  path + ": the name must end in .csv, .tsv, .ndjson or .jsonl (or that and .gz)");
        };
    return new RecordFile(path, format, name.substring(0, dot));
  }

  /** The delimiter that the file's name suggests. */
  public char usualDelimiter() {
    var name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".tsv") || name.endsWith(".tsv.gz") ? '\t' : ',';
  }

  /** Opens the file, unzipped and without a byte order mark. */
  public FileBytes open() throws IOException {
    return FileBytes.open(path);
  }
}
