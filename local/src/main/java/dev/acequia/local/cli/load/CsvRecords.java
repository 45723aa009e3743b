package dev.acequia.local.cli.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.CsvText;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.infer.FieldNames;
import dev.acequia.local.cli.source.CsvRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of a CSV file as JSON objects of an endpoint's types; nulls are left out. */
final class CsvRecords implements RecordSource {
  private static final JsonFactory JSON = JsonFactory.builder().build();

  private final CsvRows rows;
  private final ValueWriter values;
  private final List<Column> columns;

  /** A column of the file and the field it fills. */
  private record Column(int index, SerializedString name, FieldType type) {}

  /**
   * Pairs the file's columns with the endpoint's fields.
   *
   * @param ignored columns that are not sent, by their name in the file or their field's
   * @param listener is told of columns that the endpoint drops
   * @throws CommandException when a column has no field, or a required field no column
   */
  CsvRecords(
      CsvRows rows,
      Schema schema,
      Set<String> ignored,
      ValueWriter values,
      ImportListener listener) {
    this.rows = rows;
    this.values = values;
    this.columns = pair(rows.header(), schema, ignored, listener);
  }

  private static List<Column> pair(
      List<String> header, Schema schema, Set<String> ignored, ImportListener listener) {
    var names = FieldNames.of(header);
    var columns = new ArrayList<Column>();
    var strangers = new ArrayList<String>();
    var filled = new HashSet<String>();
    var absent =
        ignored.stream().filter(name -> !header.contains(name) && !names.contains(name)).toList();
    if (!absent.isEmpty()) {
      throw new CommandException("--ignore: the file has no column " + quoted(absent));
    }
    for (var i = 0; i < header.size(); i++) {
      if (ignored.contains(header.get(i)) || ignored.contains(names.get(i))) {
        continue;
      }
      var field = schema.indexOf(names.get(i));
      if (field >= 0) {
        var name = names.get(i);
        columns.add(new Column(i, new SerializedString(name), schema.fields().get(field).type()));
        filled.add(name);
      } else {
        strangers.add(names.get(i));
      }
    }
    if (columns.isEmpty()) {
      throw new CommandException(
          "none of the file's columns is a field of the endpoint; its fields: " + fields(schema));
    }
    if (!strangers.isEmpty() && schema.unknownFields() == UnknownFields.DROP) {
      listener.remark(
          "the endpoint has no field for %s and drops unknown ones; left out"
              .formatted(quoted(strangers)));
    } else if (!strangers.isEmpty()) {
      throw new CommandException(
          "the endpoint has no field for %s; leave %s out with --ignore %s (its fields: %s)"
              .formatted(
                  quoted(strangers),
                  strangers.size() == 1 ? "this column" : "these columns",
                  String.join(",", strangers),
                  fields(schema)));
    }
    var missing =
        schema.fields().stream()
            .filter(field -> field.required() && !filled.contains(field.name()))
            .map(Field::name)
            .toList();
    if (!missing.isEmpty()) {
      throw new CommandException(
          "the endpoint requires %s, for which the file has no column".formatted(quoted(missing)));
    }
    return List.copyOf(columns);
  }

  private static String fields(Schema schema) {
    return String.join(", ", schema.fields().stream().map(Field::name).toList());
  }

  private static String quoted(List<String> names) {
    return "'" + String.join("', '", names) + "'";
  }

  @Override
  public boolean next() {
    return rows.next();
  }

  @Override
  public long line() {
    return rows.line();
  }

  @Override
  public @Nullable String fault() {
    return rows.fault();
  }

  @Override
  public void writeTo(RecordBuffer out) throws BadRecordException {
    try (var json = JSON.createGenerator(out)) {
      json.writeStartObject();
      for (var column : columns) {
        write(json, column);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes any byte", e);
    }
  }

  private void write(JsonGenerator json, Column column) throws IOException, BadRecordException {
    var value = rows.value(column.index);
    if (value == null || (column.type != FieldType.STRING && CsvText.trimmed(value).isEmpty())) {
      return;
    }
    json.writeFieldName(column.name);
    try {
      values.write(json, column.type, value);
    } catch (BadRecordException e) {
      throw new BadRecordException(e.errorClass(), column.name.getValue(), e.reason());
    }
  }

  @Override
  public double progress() {
    return rows.progress();
  }

  @Override
  public void close() {
    rows.close();
  }
}
