package dev.acequia.api.query;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Cast;
import dev.acequia.stores.query.InvalidQueryException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code ::text}: types by the names of a schema and by those of SQL. */
final class CastParser {
  private static final Map<String, FieldType> OF_SQL =
      Map.ofEntries(
          Map.entry("text", FieldType.STRING),
          Map.entry("varchar", FieldType.STRING),
          Map.entry("int", FieldType.INT32),
          Map.entry("int4", FieldType.INT32),
          Map.entry("integer", FieldType.INT32),
          Map.entry("int8", FieldType.INT64),
          Map.entry("bigint", FieldType.INT64),
          Map.entry("float", FieldType.DOUBLE),
          Map.entry("float8", FieldType.DOUBLE),
          Map.entry("double precision", FieldType.DOUBLE),
          Map.entry("numeric", FieldType.DECIMAL),
          Map.entry("bool", FieldType.BOOLEAN),
          Map.entry("timestamptz", FieldType.TIMESTAMP),
          Map.entry("timestamp with time zone", FieldType.TIMESTAMP),
          Map.entry("jsonb", FieldType.JSON));

  private CastParser() {}

  /**
   * The expression in another type.
   *
   * @param type as it is written; null for none
   */
  static Expression cast(Expression expression, @Nullable String type) {
    return type == null ? expression : new Cast(expression, type(type));
  }

  private static FieldType type(String name) {
    var known = OF_SQL.get(name);
    if (known != null) {
      return known;
    }
    for (var type : FieldType.values()) {
      if (type.name().toLowerCase(Locale.ROOT).equals(name)) {
        return type;
      }
    }
    throw new InvalidQueryException(
        "there is no type '"
            + Shown.of(name)
            + "' to cast to; there are text, int32, int64, double, decimal, date and timestamp");
  }
}
