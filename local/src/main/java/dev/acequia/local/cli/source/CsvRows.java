package dev.acequia.local.cli.source;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file below its header, one at a time. An unquoted empty field is null, a quoted
 * one ({@code ""}) the empty string, as in PostgreSQL's COPY; blank lines are skipped.
 */
public final class CsvRows implements AutoCloseable {
  private final RecordFile file;
  private final FileBytes bytes;
  private final CsvDialect dialect;
  private final CloseableIterator<Row> rows;
  private final List<String> header;
  private Row row = new Row(0, new String[0]);

  private CsvRows(RecordFile file, CsvDialect dialect, FileBytes bytes) {
    this.file = file;
    this.bytes = bytes;
    this.dialect = dialect;
    var text =
        new InputStreamReader(
            bytes,
            dialect
                .encoding()
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    this.rows =
        CsvReader.builder()
            .fieldSeparator(dialect.delimiter())
            .allowExtraFields(true) // checked here, with the line's number
            .allowMissingFields(true)
            .build(new Rows(), text)
            .iterator();
    this.header = readHeader();
  }

  /**
   * Opens the file and reads its header.
   *
   * @throws CommandException when it is empty or its header cannot name columns
   */
  public static CsvRows open(RecordFile file, CsvDialect dialect) {
    try {
      var bytes = file.open();
      try {
        return new CsvRows(file, dialect, bytes);
      } catch (RuntimeException e) {
        bytes.close();
        throw e;
      }
    } catch (IOException e) {
      throw new CommandException(file.path() + ": " + e.getMessage(), e);
    }
  }

  /** The names of the columns as they stand in the file, without spaces around them. */
  public List<String> header() {
    return header;
  }

  /**
   * Goes to the next row; false at the end.
   *
   * @throws CommandException when what follows cannot be read as CSV at all
   */
  public boolean next() {
    if (!hasNext()) {
      return false;
    }
    row = rows.next();
    return true;
  }

  /** The line on which the row begins, from 1. */
  public long line() {
    return row.line;
  }

  /** What is wrong with the row's shape, or null; its values mean nothing then. */
  public @Nullable String fault() {
    return row.fields.length == header.size()
        ? null
        : row.fields.length
            + (row.fields.length == 1 ? " column" : " columns")
            + ", but the header has "
            + header.size();
  }

  /** The value in a column, null where the file has none. */
  public @Nullable String value(int column) {
    var value = row.fields[column];
    return value == null || dialect.nulls().contains(value) ? null : value;
  }

  /** The share of the file that has been read, 0 to 1. */
  public double progress() {
    return bytes.progress();
  }

  @Override
  public void close() {
    try {
      bytes.close();
    } catch (IOException e) {
      throw new UncheckedIOException(file.path() + ": cannot be closed", e);
    }
  }

  private boolean hasNext() {
    try {
      return rows.hasNext();
    } catch (CsvParseException e) {
      throw new CommandException(file.path() + ": " + CsvFault.of(e, row.line), e);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw new CommandException(
            file.path()
                + ": after line "
                + row.line
                + ": not "
                + dialect.encoding()
                + "; name its encoding, such as --encoding windows-1252",
            e);
      }
      throw new CommandException(
          file.path() + ": after line " + row.line + ": " + e.getMessage(), e);
    }
  }

  private List<String> readHeader() {
    if (!hasNext()) {
      throw new CommandException(file.path() + ": the file is empty");
    }
    var first = rows.next();
    row = first;
    var names = Arrays.stream(first.fields).map(name -> name == null ? "" : name.strip()).toList();
    if (names.size() == 1 && dialect.delimiter() == ',' && names.get(0).matches(".+[;\t|].+")) {
      throw new CommandException(
          file.path()
              + ": line "
              + first.line
              + ": no comma in the header '"
              + Excerpt.of(names.get(0))
              + "'; name the character between the columns, such as --delimiter ';'");
    }
    var seen = new HashMap<String, Integer>();
    for (var i = 0; i < names.size(); i++) {
      var earlier = names.get(i).isEmpty() ? null : seen.putIfAbsent(names.get(i), i);
      if (earlier != null) {
        throw new CommandException(
            "%s: line %d: two columns are named '%s' (column %d and column %d)"
                .formatted(file.path(), first.line, Excerpt.of(names.get(i)), earlier + 1, i + 1));
      }
    }
    return names;
  }

  /** One row; null where a field is empty and not quoted. */
  private record Row(long line, @Nullable String[] fields) {}

  /** Collects the fields of a row. */
  private static final class Rows extends AbstractBaseCsvCallbackHandler<Row> {
    private @Nullable String[] fields = new String[16];
    private int count;

    @Override
    protected void handleBegin(long startingLineNumber) {
      count = 0;
    }

    @Override
    protected void handleField(int index, char[] buffer, int offset, int length, boolean quoted) {
      if (index == fields.length) {
        fields = Arrays.copyOf(fields, index * 2);
      }
      fields[index] = length == 0 && !quoted ? null : new String(buffer, offset, length);
      count = index + 1;
    }

    @Override
    protected Row buildRecord() {
      return new Row(getStartingLineNumber(), Arrays.copyOf(fields, count));
    }
  }
}
