package dev.acequia.api.ingest;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rows, written as JSON while they are parsed: by the column's field and type. One is shown while
 * the next is parsed. The first row is the header.
 */
final class CsvRow extends AbstractBaseCsvCallbackHandler<CsvRow> {
  private static final int DROPPED = -1;

  /** Far more than a pipeline has fields; bounds what a hostile header asks for. */
  private static final int MAX_COLUMNS = 16_384;

  /** Of a column of the header beside its name's characters. */
  private static final long COLUMN_BYTES = 256;

  private final Schema schema;
  private final BodyMemory memory;
  private Slot shown;
  private Slot parsed;
  private final List<String> header = new ArrayList<>();
  private Column[] columns = new Column[0];
  private boolean inHeader = true;
  private long line;
  private int count;
  private @Nullable String disorder;

  /** Of a column: its field, and that field's name as JSON has it, with what stands around it. */
  private record Column(int field, String name, FieldType type) {}

  /** A row as JSON, what is wrong with it, and how its last field ended. */
  private static final class Slot {
    final CsvValue value;
    @Nullable BadRecordException fault;
    boolean lastIsQuoted;
    int lastLength;
    int lastQuotes;

    Slot(CsvValue value) {
      this.value = value;
    }
  }

  CsvRow(Schema schema, int maxLength, BodyMemory memory) {
    this.schema = schema;
    this.memory = memory;
    this.shown = new Slot(new CsvValue(maxLength, memory));
    this.parsed = new Slot(new CsvValue(maxLength, memory));
  }

  /** Shows the row that was parsed last. */
  void show() {
    var other = shown;
    shown = parsed;
    parsed = other;
  }

  /** Marks the row at hand, the body's last, when its end is missing. */
  void checkEnd(QuoteTail tail) {
    if (shown.lastIsQuoted && tail.cutOff(shown.lastLength, shown.lastQuotes)) {
      shown.fault =
          new BadRecordException(
              ErrorClass.Malformed, null, "the last field begins with a quote and does not end");
    }
  }

  /**
   * Takes the row at hand for the header.
   *
   * @throws ProblemException when a column names no field, or two the same
   */
  void takeHeader() {
    inHeader = false;
    var unknown = header.stream().filter(name -> schema.indexOf(name) < 0).toList();
    if (!unknown.isEmpty() && schema.unknownFields() == UnknownFields.REJECT) {
      throw refused("no field is named " + quoted(unknown));
    }
    var seen = new HashSet<String>();
    var twice =
        header.stream().filter(name -> schema.indexOf(name) >= 0 && !seen.add(name)).toList();
    if (!twice.isEmpty()) {
      throw refused("two columns are named " + quoted(twice));
    }
    if (seen.isEmpty()) {
      throw refused("none of its columns is a field");
    }
    columns =
        header.stream()
            .map(
                name -> {
                  var field = schema.indexOf(name);
                  return new Column(
                      field,
                      name,
                      field == DROPPED ? FieldType.STRING : schema.fields().get(field).type());
                })
            .toArray(Column[]::new);
  }

  private static String quoted(List<String> names) {
    return names.stream()
        .limit(5)
        .map(name -> "'" + name.substring(0, Math.min(name.length(), 63)) + "'")
        .collect(Collectors.joining(", "));
  }

  private ProblemException refused(String reason) {
    return new ProblemException(
        Problem.of(
                ProblemType.INVALID_BODY,
                "The header does not fit the schema: %s. The fields are %s."
                    .formatted(
                        reason,
                        schema.fields().stream()
                            .map(field -> field.name())
                            .collect(Collectors.joining(", "))))
            .with("errors", List.of(java.util.Map.of("reason", reason))));
  }

  byte[] json() {
    return shown.value.bytes();
  }

  int length() {
    return shown.value.length();
  }

  /** What makes it uncertain where the row that was parsed last ends, or null. */
  @Nullable String disorder() {
    return disorder;
  }

  /** Where the parser stands. */
  String place() {
    return place(count);
  }

  private String place(int column) {
    return "in line %d, column %s"
        .formatted(
            line,
            column < columns.length
                ? "'" + columns[column].name + "'"
                : String.valueOf(column + 1));
  }

  /** What is wrong with the row at hand, or null. */
  @Nullable BadRecordException fault() {
    return shown.fault;
  }

  @Override
  protected void handleBegin(long startingLineNumber) {
    line = startingLineNumber;
    count = 0;
    disorder = null;
    parsed.fault = null;
    parsed.value.begin();
  }

  @Override
  protected void handleField(int index, char[] buffer, int offset, int length, boolean quoted) {
    count = index + 1;
    parsed.lastIsQuoted = quoted;
    parsed.lastLength = length;
    parsed.lastQuotes = quoted ? quotesAtTheEnd(buffer, offset, length) : 0;
    if (!quoted && disorder == null && quoteBehindSpace(buffer, offset, length)) {
      disorder =
          place(index)
              + ": white space stands before the opening quote. A quoted value has nothing but its"
              + " commas around it.";
    }
    if (inHeader) {
      if (index >= MAX_COLUMNS) {
        throw refused("it has more than %,d columns".formatted(MAX_COLUMNS));
      }
      memory.take(COLUMN_BYTES + 2L * length);
      header.add(new String(buffer, offset, length).strip());
      return;
    }
    if (index >= columns.length || columns[index].field == DROPPED || (length == 0 && !quoted)) {
      return;
    }
    var column = columns[index];
    try {
      parsed.value.write(column.name, column.type, buffer, offset, length);
    } catch (BadRecordException e) {
      if (parsed.fault == null) {
        parsed.fault = e;
      }
    }
  }

  /** The parser does not take such a quote for one, nor the commas and line breaks behind it. */
  private static boolean quoteBehindSpace(char[] buffer, int offset, int length) {
    var at = offset;
    while (at < offset + length && (buffer[at] == ' ' || buffer[at] == '\t')) {
      at++;
    }
    return at > offset && at < offset + length && buffer[at] == '"';
  }

  private static int quotesAtTheEnd(char[] buffer, int offset, int length) {
    var at = offset + length;
    while (at > offset && buffer[at - 1] == '"') {
      at--;
    }
    return offset + length - at;
  }

  @Override
  protected CsvRow buildRecord() {
    parsed.value.end();
    if (!inHeader && count != columns.length) {
      parsed.fault =
          new BadRecordException(
              ErrorClass.Malformed,
              null,
              "the row has %d %s, the header %d"
                  .formatted(count, count == 1 ? "column" : "columns", columns.length));
    }
    return this;
  }
}
