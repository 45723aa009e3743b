package dev.acequia.local.cli.infer;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.source.CsvDialect;
import dev.acequia.local.cli.source.CsvRows;
import dev.acequia.local.cli.source.JsonLines;
import dev.acequia.local.cli.source.RecordFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A file's fields, as its records show them.
 *
 * @param nullWords the words that stand for null in this file
 * @param records how many were read
 * @param whole whether these were all
 */
public record FileProfile(
    RecordFile file,
    Set<String> nullWords,
    List<InferredField> fields,
    long records,
    boolean whole) {
  /** A schema has at most 500 fields; the names of a hostile file must not fill the memory. */
  private static final int MAX_FIELDS = 500;

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
      case NDJSON -> ofJson(file, maxRecords, watcher);
    };
  }

  private static FileProfile ofCsv(
      RecordFile file, CsvDialect dialect, long maxRecords, Watcher watcher) {
    try (var rows = CsvRows.open(file, dialect)) {
      HeaderCheck.of(file, rows.header());
      var columns = rows.header().stream().map(ColumnProfile::new).toList();
      long records = 0;
      var more = rows.next();
      for (; more && records < maxRecords; more = rows.next()) {
        if (rows.fault() instanceof String fault) {
          throw new CommandException(file.path() + ": line " + rows.line() + ": " + fault);
        }
        for (var i = 0; i < columns.size(); i++) {
          if (rows.value(i) instanceof String value) {
            columns.get(i).addText(value);
          } else {
            columns.get(i).addNull();
          }
        }
        records++;
        watcher.read(records, rows.progress());
      }
      if (records == 0) {
        throw new CommandException(
            file.path() + ": a header and no record; the types are inferred from records");
      }
      return settle(file, dialect.nulls(), columns, records, !more);
    }
  }

  private static FileProfile ofJson(RecordFile file, long maxRecords, Watcher watcher) {
    var columns = new LinkedHashMap<String, ColumnProfile>();
    try (var lines = JsonLines.open(file)) {
      long records = 0;
      var more = lines.next();
      for (; more && records < maxRecords; more = lines.next()) {
        try (var parser = JSON.createParser(lines.buffer(), lines.offset(), lines.length())) {
          addRecord(parser, columns);
        } catch (JacksonException e) {
          throw new CommandException(
              file.path() + ": line " + lines.line() + ": not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException | IllegalArgumentException e) {
          throw new CommandException(
              file.path() + ": line " + lines.line() + ": " + e.getMessage(), e);
        }
        records++;
        watcher.read(records, lines.progress());
      }
      if (records == 0) {
        throw new CommandException(file.path() + ": the file is empty");
      }
      for (var column : columns.values()) {
        column.addNulls(records - column.seen());
      }
      return settle(file, Set.of(), List.copyOf(columns.values()), records, !more);
    }
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
      Set<String> given,
      List<ColumnProfile> columns,
      long records,
      boolean whole) {
    if (columns.isEmpty()) {
      throw new CommandException(file.path() + ": the records have no field");
    }
    var nullWords = new TreeSet<>(given);
    columns.stream()
        .filter(ColumnProfile::isTyped)
        .forEach(column -> nullWords.addAll(column.nullTokens().keySet()));
    var names = FieldNames.of(columns.stream().map(ColumnProfile::name).toList());
    var fields = new ArrayList<InferredField>();
    for (var i = 0; i < columns.size(); i++) {
      var column = columns.get(i);
      fields.add(
          new InferredField(
              column.name(),
              names.get(i),
              column.type(nullWords),
              column.nullCount(nullWords),
              column.isLocalDateTime()));
    }
    return new FileProfile(file, nullWords, List.copyOf(fields), records, whole);
  }
}
