package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/**
 * The fields of a record, in column order, and which of them identify it.
 *
 * @param key names of key fields in the order in which they make up the record key; empty when
 *     records have no identity
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Schema(List<String> key, List<Field> fields, UnknownFields unknownFields) {
  public Schema {
    key = List.copyOf(key);
    fields = List.copyOf(fields);
  }

  /** The position of the field in {@link #fields()}, or -1. */
  public int indexOf(String name) {
    for (var i = 0; i < fields.size(); i++) {
      if (fields.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** Positions of the key fields in {@link #fields()}, in key order. */
  @JsonIgnore
  public int[] keyIndexes() {
    var indexes = new int[key.size()];
    for (var i = 0; i < indexes.length; i++) {
      indexes[i] = indexOf(key.get(i));
    }
    return indexes;
  }

  /** Whether every record must have the field: it says so, or is part of the key. */
  public boolean isRequired(int index) {
    var field = fields.get(index);
    return field.required() || key.contains(field.name());
  }

  /**
   * 16 hex digits over all that decides the table's shape: names, types with their digits,
   * required, key; not the descriptions.
   */
  public String hash() {
    var shape = new StringBuilder(String.join(",", key));
    for (var field : fields) {
      shape
          .append('\n')
          .append(field.name())
          .append(' ')
          .append(field.type())
          .append(' ')
          .append(field.required());
      var digits = field.digits();
      if (digits != null) {
        shape.append(' ').append(digits.precision()).append(' ').append(digits.scale());
      }
    }
    return Sha256.hex(shape.toString(), 8);
  }
}
