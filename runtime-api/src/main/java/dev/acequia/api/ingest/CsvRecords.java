package dev.acequia.api.ingest;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.TextEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of CSV (RFC 4180) below its header, each as the JSON object that it stands for. Holds
 * one row at a time. An unquoted empty field is null; blank lines are no rows.
 *
 * <p>The parser works on characters, and every byte is one to it: what it looks for is ASCII, and
 * the record's decoder checks the UTF-8 as it does any record's.
 */
final class CsvRecords implements BodyRecords {
  /** Of one field, in bytes; a record is not longer. */
  private static final int MAX_FIELD = 1 << 20;

  /** The parser's first buffers. */
  private static final long PARSER_BYTES = 48 << 10;

  private final CsvRow row;
  private final CloseableIterator<CsvRow> rows;
  private final QuoteTail tail;
  private long index;

  // The next row is parsed before one is shown: only the last can lack its end.
  private boolean ahead;
  private @Nullable Exception trouble;

  /**
   * Reads the header.
   *
   * @param maxLength of a record that is held whole, in bytes
   * @throws ProblemException when the columns are not the schema's fields
   */
  CsvRecords(InputStream in, Schema schema, int maxLength, BodyMemory memory) throws IOException {
    memory.take(PARSER_BYTES);
    tail = new QuoteTail(withoutByteOrderMark(in));
    row = new CsvRow(schema, maxLength, memory);
    rows =
        CsvReader.builder()
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE) // told as one record's fault
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .maxBufferSize(MAX_FIELD)
            .build(row, new InputStreamReader(tail, StandardCharsets.ISO_8859_1))
            .iterator();
    if (!hasNext()) {
      throw new ProblemException(
          ProblemType.INVALID_BODY,
          "The body is empty: its first line must name the fields, such as '%s'."
              .formatted(schema.fields().getFirst().name()));
    }
    take();
    row.takeHeader();
    parseNext();
  }

  @Override
  public boolean next() throws IOException {
    switch (trouble) {
      case null -> {}
      case IOException e -> throw e;
      default -> throw (ProblemException) trouble;
    }
    if (!ahead) {
      return false;
    }
    row.show();
    index++;
    parseNext();
    if (!ahead && trouble == null) {
      row.checkEnd(tail);
    }
    return true;
  }

  /** What is wrong with the next row is told once the one before it is done with. */
  private void parseNext() {
    try {
      ahead = hasNext();
      if (ahead) {
        take();
      }
    } catch (IOException | ProblemException e) {
      ahead = false;
      trouble = e;
    }
  }

  private void take() {
    rows.next();
    var disorder = row.disorder();
    if (disorder != null) {
      throw malformed(disorder);
    }
  }

  private boolean hasNext() throws IOException {
    try {
      return rows.hasNext();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (CsvParseException e) {
      var cause = e.getCause();
      if (cause instanceof IOException failure) {
        throw failure;
      }
      if (cause instanceof ProblemException refusal) {
        throw refusal;
      }
      throw malformed(row.place() + ": " + (cause == null ? e.getMessage() : cause.getMessage()));
    }
  }

  private ProblemException malformed(String reason) {
    return new ProblemException(
        Problem.of(
                ProblemType.INVALID_BODY,
                "The body is not CSV: after " + index + " records, " + reason)
            .with("errors", List.of(Map.of("index", index, "reason", reason))));
  }

  private static InputStream withoutByteOrderMark(InputStream in) throws IOException {
    var start = in.readNBytes(TextEncoding.SHOWN_BY);
    ByteWindow.checkEncoding(start, start.length);
    var mark = TextEncoding.byteOrderMark(start, 0, start.length);
    var whole = new PushbackInputStream(in, TextEncoding.SHOWN_BY);
    whole.unread(start, mark, start.length - mark);
    return whole;
  }

  @Override
  public byte[] buffer() {
    return row.json();
  }

  @Override
  public int offset() {
    return 0;
  }

  @Override
  public int length() {
    return row.length();
  }

  @Override
  public @Nullable BadRecordException fault() {
    return row.fault();
  }
}
