package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.Literal;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/**
 * The values of a statement. Each is sent beside its text, so no value can change what is asked.
 */
final class Parameters {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSSxxx");

  private final List<Parameter> all = new ArrayList<>();

  /**
   * One value.
   *
   * @param name without the {@code @} that stands before it in the text
   * @param type as GoogleSQL names it
   */
  record Parameter(String name, String type, String value) {}

  List<Parameter> all() {
    return List.copyOf(all);
  }

  /** Adds a string; the answer stands for it in the text. */
  String add(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new InvalidQueryException("a string cannot hold half of a character");
    }
    return add("STRING", text);
  }

  /** Adds a value of a type's column; the answer stands for it in the text. */
  String add(Literal literal, NumericKind kind) {
    return switch (literal.value()) {
      case String text -> add(text);
      case BigDecimal number -> add(kind.name(), number.stripTrailingZeros().toPlainString());
      case OffsetDateTime time ->
          add("TIMESTAMP", TIMESTAMP.format(time.withOffsetSameInstant(ZoneOffset.UTC)));
      default -> add(type(literal.type()), literal.value().toString());
    };
  }

  private static String type(FieldType type) {
    return switch (type) {
      case INT32, INT64 -> "INT64";
      case DOUBLE -> "FLOAT64";
      case BOOLEAN -> "BOOL";
      case DATE -> "DATE";
      case UUID -> "STRING";
      case STRING, DECIMAL, TIMESTAMP, JSON -> throw new IllegalStateException(type.toString());
    };
  }

  private String add(String type, String value) {
    var parameter = new Parameter("p" + all.size(), type, value);
    all.add(parameter);
    return "@" + parameter.name();
  }
}
