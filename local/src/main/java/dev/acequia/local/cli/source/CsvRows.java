package dev.acequia.local.cli.source;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file below its header, one at a time. An unquoted empty field is null, a quoted
 * one ({@code ""}) the empty string; blank lines are skipped.
 */
public final class CsvRows implements AutoCloseable {
  /** Far more than a pipeline has fields; bounds what a hostile header asks for. */
  private static final int MAX_COLUMNS = 16_384;

  /** More than the longest record that {@link CsvCharacters} lets through. */
  private static final int PARSER_BUFFER = 32 << 20;

  private final RecordFile file;
  private final FileBytes bytes;
  private final CsvDialect dialect;
  private final Rows parsed = new Rows();
  private final CloseableIterator<Row> rows;
  private final List<String> header;
  private Row row = new Row(0, 0, new String[0]);

  private CsvRows(RecordFile file, CsvDialect dialect, FileBytes bytes) throws IOException {
    this.file = file;
    this.bytes = bytes;
    this.dialect = dialect;
    var text = new CsvCharacters(bytes, dialect);
    if (!dialect.delimiterGiven()) {
      var doubt = Separators.doubt(text.beginning(), text.isShort(), dialect.delimiter());
      if (doubt != null) {
        throw file.fault(doubt);
      }
    }
    this.rows =
        CsvReader.builder()
            .fieldSeparator(dialect.delimiter())
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE) // checked here, with the line
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .maxBufferSize(PARSER_BUFFER)
            .build(parsed, text)
            .iterator();
    this.header = readHeader();
    parsed.keep(header.size());
  }

  /**
   * Opens the file and reads its header.
   *
   * @throws CommandException when it is empty or its header cannot name columns
   */
  public static CsvRows open(RecordFile file, CsvDialect dialect) {
    var bytes = file.open();
    try {
      return new CsvRows(file, dialect, bytes);
    } catch (IOException e) {
      close(bytes, e);
      throw file.fault(FaultyFileException.reason(e), e);
    } catch (RuntimeException e) {
      close(bytes, e);
      throw e;
    }
  }

  private static void close(FileBytes bytes, Exception reason) {
    try {
      bytes.close();
    } catch (IOException e) {
      reason.addSuppressed(e);
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
    return row.columns == header.size()
        ? null
        : "%d %s, but the header has %d"
            .formatted(row.columns, row.columns == 1 ? "column" : "columns", header.size());
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
      throw file.fault("cannot be closed: " + e.getMessage(), e);
    }
  }

  private boolean hasNext() {
    try {
      return rows.hasNext();
    } catch (CsvParseException | UncheckedIOException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof FaultyFileException fault) {
          throw file.fault(FaultyFileException.reason(fault), e);
        }
      }
      throw file.fault("after line " + row.line + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private List<String> readHeader() {
    if (!hasNext()) {
      throw file.fault("the file is empty");
    }
    var first = rows.next();
    row = first;
    if (first.columns > MAX_COLUMNS) {
      throw file.fault(first.line, "a header of more than %,d columns".formatted(MAX_COLUMNS));
    }
    var names = Arrays.stream(first.fields).map(name -> name == null ? "" : name.strip()).toList();
    var seen = new HashMap<String, Integer>();
    for (var i = 0; i < names.size(); i++) {
      var earlier = names.get(i).isEmpty() ? null : seen.putIfAbsent(names.get(i), i);
      if (earlier != null) {
        throw file.fault(
            first.line,
            "two columns are named '%s' (column %d and column %d)"
                .formatted(Excerpt.of(names.get(i)), earlier + 1, i + 1));
      }
    }
    return names;
  }

  /**
   * One row.
   *
   * @param columns how many it has, even those that are not kept
   * @param fields null where one is empty and not quoted
   */
  private record Row(long line, int columns, @Nullable String[] fields) {}

  /** Collects the fields of a row. */
  private static final class Rows extends AbstractBaseCsvCallbackHandler<Row> {
    private @Nullable String[] fields = new String[16];
    private int kept = MAX_COLUMNS;
    private int count;

    /** Keeps only so many fields of a row: what is beyond the header is counted alone. */
    void keep(int columns) {
      kept = columns;
    }

    @Override
    protected void handleBegin(long startingLineNumber) {
      count = 0;
    }

    @Override
    protected void handleField(int index, char[] buffer, int offset, int length, boolean quoted) {
      count = index + 1;
      if (index >= kept) {
        return;
      }
      if (index == fields.length) {
        fields = Arrays.copyOf(fields, index * 2);
      }
      fields[index] = length == 0 && !quoted ? null : new String(buffer, offset, length);
    }

    @Override
    protected Row buildRecord() {
      return new Row(getStartingLineNumber(), count, Arrays.copyOf(fields, Math.min(count, kept)));
    }
  }
}
