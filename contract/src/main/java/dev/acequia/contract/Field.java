package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One field of a record and the column of the same name.
 *
 * @param digits what a decimal must fit; absent for other types, and where a decimal may have any
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Field(
    String name,
    FieldType type,
    boolean required,
    @Nullable Digits digits,
    @Nullable String description) {
  public Field {
    if (digits != null && type != FieldType.DECIMAL) {
      throw new IllegalArgumentException("only a decimal has digits, not a field of type " + type);
    }
  }

  /** A field of a type that needs no digits. */
  public Field(String name, FieldType type, boolean required, @Nullable String description) {
    this(name, type, required, null, description);
  }

  /** The type as messages name it, such as {@code int64} or {@code decimal(12,2)}. */
  public String typeName() {
    return digits == null ? type.name().toLowerCase(Locale.ROOT) : digits.toString();
  }
}
