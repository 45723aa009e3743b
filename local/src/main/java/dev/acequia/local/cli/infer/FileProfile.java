package dev.acequia.local.cli.infer;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.JsonText;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.source.CsvDialect;
import dev.acequia.local.cli.source.CsvRows;
import dev.acequia.local.cli.source.Excerpt;
import dev.acequia.local.cli.source.JsonLines;
import dev.acequia.local.cli.source.RecordFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A file's fields, as its records show them.
 *
 * @param dialect in which it was read, if it is CSV
 * @param nullWords the words that stand for null in this file
 * @param records how many were read
 * @param whole whether these were all
 */
public record FileProfile(
    RecordFile file,
    CsvDialect dialect,
    Set<String> nullWords,
    List<InferredField> fields,
    long records,
    boolean whole) {
  /** A schema has at most 500 fields; the names of a hostile file must not fill the memory. */
  private static final int MAX_FIELDS = 500;

  private static final Pattern LIBRARY_PLACE =
      Pattern.compile("\\s*(\\([^()]*)?\\[Source:.*", Pattern.DOTALL);

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Watches the reading. */
  @FunctionalInterface
  public interface Watcher {
    /** Called now and then, with the share of the file that was read, 0 to 1. */
    void read(long records, double share);
  }

  /**
   * Reads the file, or its first records.
   *
   * @throws CommandException when a record cannot be read; the message names the line
   */
  public static FileProfile of(
      RecordFile file, CsvDialect dialect, long maxRecords, Watcher watcher) {
    return switch (file.format()) {
      case CSV -> ofCsv(file, dialect, maxRecords, watcher);
      case NDJSON -> ofJson(file, dialect, maxRecords, watcher);
    };
  }

  private static FileProfile ofCsv(
      RecordFile file, CsvDialect dialect, long maxRecords, Watcher watcher) {
    try (var rows = CsvRows.open(file, dialect)) {
      HeaderCheck.of(file, rows.header());
      if (rows.header().size() > MAX_FIELDS) {
        throw file.fault(
            "the header has %,d columns; a pipeline has at most %d fields, so leave columns out"
                .formatted(rows.header().size(), MAX_FIELDS));
      }
      var columns = rows.header().stream().map(ColumnProfile::new).toList();
      long records = 0;
      var more = rows.next();
      for (; more && records < maxRecords; more = rows.next()) {
        if (rows.fault() instanceof String fault) {
          throw file.fault(rows.line(), fault);
        }
        for (var i = 0; i < columns.size(); i++) {
          if (rows.value(i) instanceof String value) {
            if (value.indexOf('\0') >= 0) {
              throw file.fault(
                  rows.line(),
                  "column %d: the character \\u0000 cannot be stored".formatted(i + 1));
            }
            columns.get(i).addText(value);
          } else {
            columns.get(i).addNull();
          }
        }
        records++;
        watcher.read(records, rows.progress());
      }
      if (records == 0) {
        throw file.fault("a header and no record; the types are inferred from records");
      }
      var names = FieldNames.of(rows.header());
      return settle(file, dialect, columns, names, records, !more);
    }
  }

  private static FileProfile ofJson(
      RecordFile file, CsvDialect dialect, long maxRecords, Watcher watcher) {
    var text = new JsonText();
    var columns = new LinkedHashMap<String, ColumnProfile>();
    try (var lines = JsonLines.open(file)) {
      long records = 0;
      var more = lines.next();
      for (; more && records < maxRecords; more = lines.next()) {
        try (var parser = JSON.createParser(lines.buffer(), lines.offset(), lines.length())) {
          addRecord(parser, columns);
          text.check(lines.buffer(), lines.offset(), lines.length());
        } catch (JsonEOFException e) {
          throw file.fault(
              lines.line(), "not JSON: the line ends within the record; is the file cut off?");
        } catch (JacksonException e) {
          throw file.fault(lines.line(), "not JSON: " + reason(e));
        } catch (BadRecordException e) {
          throw file.fault(lines.line(), e.reason());
        } catch (IOException | IllegalArgumentException e) {
          throw file.fault(lines.line(), String.valueOf(e.getMessage()));
        }
        records++;
        watcher.read(records, lines.progress());
      }
      if (records == 0) {
        throw file.fault("no record");
      }
      for (var column : columns.values()) {
        column.addNulls(records - column.seen());
      }
      return settle(
          file, dialect, List.copyOf(columns.values()), names(file, columns), records, !more);
    }
  }

  /** Without the place in the parser's buffer, which tells nobody anything. */
  private static String reason(JacksonException e) {
    return LIBRARY_PLACE.matcher(e.getOriginalMessage()).replaceAll("");
  }

  /** One by one: the import sees a record at a time, and must find the same names. */
  private static List<String> names(RecordFile file, Map<String, ColumnProfile> columns) {
    var byField = new LinkedHashMap<String, String>();
    for (var name : columns.keySet()) {
      var field = FieldNames.of(name);
      if (field.isEmpty()) {
        throw file.fault(
            "the field '%s' has no Latin letter or digit, so no name can be made of it; rename it"
                .formatted(Excerpt.of(name)));
      }
      var other = byField.putIfAbsent(field.get(), name);
      if (other != null) {
        throw file.fault(
            "the fields '%s' and '%s' both become %s; rename one"
                .formatted(Excerpt.of(other), Excerpt.of(name), field.get()));
      }
    }
    return List.copyOf(byField.keySet());
  }

  private static void addRecord(JsonParser parser, Map<String, ColumnProfile> columns)
      throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IllegalArgumentException("a record is a JSON object, one on each line");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var name = parser.currentName();
      var token = parser.nextToken();
      var column = columns.computeIfAbsent(name, ColumnProfile::new);
      if (columns.size() > MAX_FIELDS) {
        throw new IllegalArgumentException(
            "the records have more than " + MAX_FIELDS + " different fields");
      }
      column.addJson(token, token.isScalarValue() ? parser.getText() : "");
      parser.skipChildren();
    }
    if (parser.nextToken() != null) {
      throw new IllegalArgumentException("more than one record on the line");
    }
  }

  private static FileProfile settle(
      RecordFile file,
      CsvDialect dialect,
      List<ColumnProfile> columns,
      List<String> names,
      long records,
      boolean whole) {
    if (columns.isEmpty()) {
      throw file.fault("the records have no field");
    }
    var nullWords = new TreeSet<>(dialect.nulls());
    columns.stream()
        .filter(ColumnProfile::isTyped)
        .forEach(column -> nullWords.addAll(column.nullTokens().keySet()));
    var fields = new ArrayList<InferredField>();
    for (var i = 0; i < columns.size(); i++) {
      var column = columns.get(i);
      fields.add(
          new InferredField(
              column.name(),
              names.get(i),
              column.type(nullWords),
              column.nullCount(nullWords),
              column.doubt(nullWords)));
    }
    return new FileProfile(file, dialect, nullWords, List.copyOf(fields), records, whole);
  }
}
