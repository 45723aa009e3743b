package dev.acequia.stores.bigquery.row;

import com.google.cloud.bigquery.FieldValue;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.QueryParameterValue;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.stores.bigquery.table.Columns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Keys of upsert mode as they stand in rows, in statements and in answers. */
public final class RowKeys {
  private static final int NUMBER_BYTES = Scratch.FIELD_BYTES + 80;

  private final Schema schema;
  private final Scratch scratch = new Scratch();

  public RowKeys(PipelineDefinition definition) {
    schema = definition.schema();
  }

  /** The columns, for a query. Timestamps are in microseconds: the client has them as doubles. */
  public String columns() {
    return Arrays.stream(schema.keyIndexes())
        .mapToObj(schema.fields()::get)
        .map(
            field ->
                field.type() == FieldType.TIMESTAMP
                    ? "UNIX_MICROS(%1$s) AS %1$s".formatted(quoted(field.name()))
                    : quoted(field.name()))
        .collect(Collectors.joining(", "));
  }

  private static String quoted(String column) {
    return "`" + column + "`";
  }

  /**
   * The condition that a row has one of some keys.
   *
   * @param keys as {@link RowEncoder#key} makes them
   * @param parameters gets the values
   */
  public String isOneOf(List<ByteString> keys, Map<String, QueryParameterValue> parameters) {
    var conditions = new ArrayList<String>();
    for (var i = 0; i < keys.size(); i++) {
      var values = values(keys.get(i));
      var parts = new ArrayList<String>();
      for (var column = 0; column < schema.key().size(); column++) {
        var field = schema.key().get(column);
        var name = "k%d_%d".formatted(i, column);
        parts.add(quoted(field) + " = @" + name);
        var value = values.get(field);
        if (value != null) {
          parameters.put(name, value);
        }
      }
      conditions.add("(" + String.join(" AND ", parts) + ")");
    }
    return "(" + String.join(" OR ", conditions) + ")";
  }

  private Map<String, QueryParameterValue> values(ByteString key) {
    var values = new HashMap<String, QueryParameterValue>();
    try {
      var in = key.newCodedInput();
      for (var tag = in.readTag(); tag != 0; tag = in.readTag()) {
        var field = schema.fields().get(WireFormat.getTagFieldNumber(tag) - RowShape.FIRST_FIELD);
        values.put(field.name(), value(in, field));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return values;
  }

  private static QueryParameterValue value(CodedInputStream in, Field field) throws IOException {
    return switch (field.type()) {
      case STRING, JSON, UUID -> QueryParameterValue.string(in.readString());
      case INT32, INT64 -> QueryParameterValue.int64(in.readInt64());
      case DOUBLE -> QueryParameterValue.float64(in.readDouble());
      case DECIMAL -> decimal(new BigDecimal(in.readString()), field);
      case BOOLEAN -> QueryParameterValue.bool(in.readBool());
      case DATE -> QueryParameterValue.date(LocalDate.ofEpochDay(in.readInt32()).toString());
      case TIMESTAMP -> QueryParameterValue.timestamp(in.readInt64());
    };
  }

  private static QueryParameterValue decimal(BigDecimal value, Field field) {
    return Columns.type(field) == StandardSQLTypeName.BIGNUMERIC
        ? QueryParameterValue.bigNumeric(value)
        : QueryParameterValue.numeric(value);
  }

  /** The key of a row that was read, as {@link RowEncoder#key} makes it. */
  public ByteString key(FieldValueList row) {
    var most = 0;
    for (var name : schema.key()) {
      most += NUMBER_BYTES + 3 * row.get(name).getStringValue().length();
    }
    scratch.begin(most);
    for (var index : schema.keyIndexes()) {
      var field = schema.fields().get(index);
      put(RowShape.FIRST_FIELD + index, field.type(), row.get(field.name()));
    }
    return scratch.end();
  }

  private void put(int number, FieldType type, FieldValue value) {
    switch (type) {
      case STRING, JSON, UUID -> putText(number, value.getStringValue());
      case INT32, INT64, TIMESTAMP -> scratch.int64(number, value.getLongValue());
      case DOUBLE -> scratch.float64(number, value.getDoubleValue());
      case DECIMAL -> putText(number, shortest(value.getNumericValue()));
      case BOOLEAN -> scratch.bool(number, value.getBooleanValue());
      case DATE ->
          scratch.int32(number, (int) LocalDate.parse(value.getStringValue()).toEpochDay());
    }
  }

  private static String shortest(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  private void putText(int number, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    scratch.text(number, bytes, 0, bytes.length);
  }
}
