package dev.acequia.local.cli.source;

import dev.acequia.local.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file of records, or standard input, and what its name or its first bytes say about it. Its
 * first bytes alone say whether it is compressed.
 */
public final class RecordFile {
  /** The first bytes in which the first character is looked for. */
  private static final int BEGINNING = 1 << 10;

  private static final List<String> COMPRESSED = List.of(".gz", ".zst");

  private static final String ONE_DOCUMENT =
      "one JSON document is not read record by record; make it NDJSON, such as by: jq -c '.[]'";

  /** How the records are written. */
  public enum Format {
    CSV,
    NDJSON
  }

  private final @Nullable Path path;
  private final Format format;
  private final boolean formatGiven;
  private final String stem;
  private final boolean tabs;
  private @Nullable FileBytes begun;

  private RecordFile(
      @Nullable Path path, Format format, boolean formatGiven, String stem, boolean tabs) {
    this.path = path;
    this.format = format;
    this.formatGiven = formatGiven;
    this.stem = stem;
    this.tabs = tabs;
  }

  /** Looks at a file whose format its name or its first character says. */
  public static RecordFile of(Path path) {
    return of(path, null);
  }

  /**
   * Looks at the file.
   *
   * @param format of its records; null when its name or its first character says so
   * @throws CommandException when there is none, or it is of another kind
   */
  public static RecordFile of(Path path, @Nullable Format format) {
    if (!Files.exists(path)) {
      throw new CommandException(path + ": no such file");
    }
    if (!Files.isReadable(path) || Files.isDirectory(path)) {
      throw new CommandException(path + ": not a readable file");
    }
    var name = path.getFileName().toString();
    for (var ending : COMPRESSED) {
      if (name.toLowerCase(Locale.ROOT).endsWith(ending)) {
        name = name.substring(0, name.length() - ending.length());
        break;
      }
    }
    var dot = name.lastIndexOf('.');
    var stem = dot < 0 ? name : name.substring(0, dot);
    var ending = dot < 0 ? "" : name.substring(dot).toLowerCase(Locale.ROOT);
    var known = format == null ? byEnding(ending, path) : format;
    if (known != null) {
      return new RecordFile(path, known, format != null, stem, ending.equals(".tsv"));
    }
    try (var bytes = FileBytes.of(Files.newInputStream(path), Files.size(path))) {
      return new RecordFile(path, byBeginning(bytes, path.toString()), false, stem, false);
    } catch (IOException e) {
      throw new CommandException(path + ": " + FaultyFileException.reason(e), e);
    }
  }

  /**
   * Looks at standard input, which can be read once.
   *
   * @param format of its records; null when their first character says so
   */
  public static RecordFile standardInput(InputStream in, @Nullable Format format) {
    try {
      var bytes = FileBytes.of(in, -1);
      var known = format == null ? byBeginning(bytes, "standard input") : format;
      var file = new RecordFile(null, known, format != null, "", false);
      file.begun = bytes;
      return file;
    } catch (IOException e) {
      throw new CommandException("standard input: " + FaultyFileException.reason(e), e);
    }
  }

  private static @Nullable Format byEnding(String ending, Path path) {
    return switch (ending) {
      case ".csv", ".tsv" -> Format.CSV;
      case ".ndjson", ".jsonl" -> Format.NDJSON;
      case ".txt" -> null;
      case ".json" -> throw new CommandException(path + ": " + ONE_DOCUMENT);
      default ->
          throw new CommandException(
              path
                  + ": the name must end in .csv, .tsv, .ndjson, .jsonl or .txt (or that and .gz or"
                  + " .zst); say what it holds with --format csv or --format ndjson");
    };
  }

  private static Format byBeginning(FileBytes bytes, String name) throws IOException {
    var beginning = new String(bytes.peek(BEGINNING), StandardCharsets.ISO_8859_1);
    var first = beginning.replace("\u00ef\u00bb\u00bf", "").strip();
    if (first.startsWith("[")) {
      throw new CommandException(name + ": " + ONE_DOCUMENT);
    }
    return first.startsWith("{") ? Format.NDJSON : Format.CSV;
  }

  /** The file, null for standard input. */
  public @Nullable Path path() {
    return path;
  }

  public Format format() {
    return format;
  }

  /** Whether its user had to say the format. */
  public boolean isFormatGiven() {
    return formatGiven;
  }

  /** The file's name without its endings; empty for standard input. */
  public String stem() {
    return stem;
  }

  /** The delimiter that the file's name suggests. */
  public char usualDelimiter() {
    return tabs ? '\t' : ',';
  }

  /** Opens the file, decompressed; standard input only once. */
  FileBytes open() {
    if (path == null) {
      var bytes = begun;
      begun = null;
      if (bytes == null) {
        throw new IllegalStateException("standard input is read once");
      }
      return bytes;
    }
    try {
      return FileBytes.of(Files.newInputStream(path), Files.size(path));
    } catch (IOException e) {
      throw fault(FaultyFileException.reason(e), e);
    }
  }

  /** Says what is wrong with this file. */
  public CommandException fault(String reason) {
    return new CommandException(this + ": " + reason);
  }

  /** Says what is wrong with this file on one of its lines. */
  public CommandException fault(long line, String reason) {
    return fault("line " + line + ": " + reason);
  }

  CommandException fault(String reason, Throwable cause) {
    return new CommandException(this + ": " + reason, cause);
  }

  /** As its user named it. */
  @Override
  public String toString() {
    return path == null ? "standard input" : path.toString();
  }
}
