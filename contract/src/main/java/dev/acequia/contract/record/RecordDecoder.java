package dev.acequia.contract.record;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one record, a JSON object in UTF-8, into a {@link Row}, by a table prepared from the
 * schema. Strict: what it accepts, the store can take. A decoder has no state of its own and may be
 * shared between threads; a row may not.
 */
public final class RecordDecoder {
  /** The largest record, in bytes. */
  public static final int MAX_BYTES = 1 << 20;

  private final FieldNames names;
  private final String[] fieldNames;
  private final FieldType[] types;
  private final @Nullable Digits[] digits;
  private final boolean[] required;
  private final int[] key;
  private final boolean dropUnknown;
  private final int maxBytes;

  public RecordDecoder(Schema schema) {
    this(schema, MAX_BYTES);
  }

  /**
   * A decoder with a limit of its own.
   *
   * @param maxBytes the largest record, in bytes
   */
  public RecordDecoder(Schema schema, int maxBytes) {
    names = new FieldNames(schema);
    fieldNames = schema.fields().stream().map(Field::name).toArray(String[]::new);
    types = schema.fields().stream().map(Field::type).toArray(FieldType[]::new);
    digits = new Digits[types.length];
    required = new boolean[types.length];
    for (var i = 0; i < types.length; i++) {
      digits[i] = schema.fields().get(i).digits();
      required[i] = schema.isRequired(i);
    }
    key = schema.keyIndexes();
    dropUnknown = schema.unknownFields() == UnknownFields.DROP;
    this.maxBytes = maxBytes;
  }

  /**
   * Reads one record.
   *
   * @throws BadRecordException when it does not fit the schema; the row then holds nothing of use
   */
  public void decode(byte[] buffer, int offset, int length, Row into) throws BadRecordException {
    var in = into.begin(buffer, offset, length);
    if (length > maxBytes) {
      throw new BadRecordException(
          ErrorClass.TooLong,
          null,
          "a record has at most " + maxBytes + " bytes, this one has " + length);
    }
    if (in.peek() != '{') {
      throw in.malformed("expected a JSON object");
    }
    in.take();
    if (in.peek() == '}') {
      in.take();
    } else {
      members(in, into);
    }
    in.expectEnd();
    for (var i = 0; i < required.length; i++) {
      if (required[i] && into.isNull(i)) {
        throw new BadRecordException(
            ErrorClass.MissingRequired,
            fieldNames[i],
            into.state(i) == Row.NULL
                ? "the field is required and must not be null"
                : "the field is required and missing");
      }
    }
    RecordKey.checkSize(key, types, into);
  }

  /**
   * Reads a record key, a JSON array of the key fields' values, into the slots of these fields; all
   * others are null.
   */
  public void decodeKey(byte[] buffer, int offset, int length, Row into) throws BadRecordException {
    var in = into.begin(buffer, offset, length);
    if (length > maxBytes || in.peek() != '[') {
      throw new BadRecordException(
          ErrorClass.Malformed, null, "the record key is not a JSON array of the key's values");
    }
    for (var i = 0; i < key.length; i++) {
      in.expect(i == 0 ? '[' : ',');
      var field = key[i];
      try {
        value(in, into, field);
      } catch (BadRecordException e) {
        throw e.in(fieldNames[field]);
      }
      if (into.isNull(field)) {
        throw new BadRecordException(
            ErrorClass.MissingRequired, fieldNames[field], "a part of the key must not be null");
      }
    }
    in.expect(']');
    in.expectEnd();
    RecordKey.checkSize(key, types, into);
  }

  /**
   * Reads a record key from the texts of its values, as a URL has them.
   *
   * @param parts a text for each key field, in key order
   */
  public void decodeKey(List<String> parts, Row into) throws BadRecordException {
    if (parts.size() != key.length) {
      throw new BadRecordException(
          ErrorClass.Malformed,
          null,
          "the key has " + key.length + " parts, found " + parts.size());
    }
    var json = RecordKey.fromTexts(key, types, parts);
    decodeKey(json, 0, json.length, into);
  }

  private void members(JsonCursor in, Row into) throws BadRecordException {
    var next = 0;
    while (true) {
      if (in.peek() != '"') {
        throw in.malformed("expected a field's name");
      }
      in.string();
      var field = names.find(in.text, in.textOffset, in.textLength, next);
      if (field < 0) {
        unknown(in);
      } else {
        member(in, into, field);
        next = field + 1;
      }
      if (in.peek() != ',') {
        in.expect('}');
        return;
      }
      in.take();
    }
  }

  private void member(JsonCursor in, Row into, int field) throws BadRecordException {
    if (into.state(field) != Row.ABSENT) {
      throw new BadRecordException(
          ErrorClass.DuplicateField, fieldNames[field], "the field stands twice in the record");
    }
    in.expect(':');
    try {
      value(in, into, field);
    } catch (BadRecordException e) {
      throw e.in(fieldNames[field]);
    }
  }

  private void unknown(JsonCursor in) throws BadRecordException {
    if (!dropUnknown) {
      // At most 63 bytes of a name are worth repeating; a character cut in two shows as U+FFFD.
      var name =
          new String(in.text, in.textOffset, Math.min(in.textLength, 63), StandardCharsets.UTF_8);
      throw new BadRecordException(
          ErrorClass.UnknownField, name, "the schema has no field of this name");
    }
    in.expect(':');
    in.skip(0);
  }

  private void value(JsonCursor in, Row into, int field) throws BadRecordException {
    var first = in.peek();
    if (first == 'n') {
      in.literal("null");
      into.setNull(field);
      return;
    }
    switch (types[field]) {
      case STRING -> {
        text(in, first, "a string");
        into.setText(field, in.text, in.textOffset, in.textLength);
      }
      case INT32 -> {
        var value = number(in, first, "an integer").toLong();
        if (value != (int) value) {
          throw new BadRecordException(
              ErrorClass.OutOfRange, null, "the number is outside the range of int32");
        }
        into.setLong(field, value);
      }
      case INT64 -> into.setLong(field, number(in, first, "an integer").toLong());
      case DOUBLE -> into.setDouble(field, number(in, first, "a number").toDouble());
      case DECIMAL -> decimal(in, into, field, first);
      case BOOLEAN -> bool(in, into, field, first);
      case DATE -> {
        text(in, first, "a date in a string");
        into.setLong(field, TemporalText.date(in.text, in.textOffset, in.textLength));
      }
      case TIMESTAMP -> {
        text(in, first, "a time in a string");
        into.setLong(field, TemporalText.timestamp(in.text, in.textOffset, in.textLength));
      }
      case UUID -> {
        text(in, first, "a UUID in a string");
        UuidText.read(in.text, in.textOffset, in.textLength, into, field);
      }
      case JSON -> {
        var from = in.position();
        in.skip(0);
        into.setText(field, in.buffer(), from, in.position() - from);
      }
    }
  }

  private static void bool(JsonCursor in, Row into, int field, int first)
      throws BadRecordException {
    switch (first) {
      case 't' -> {
        in.literal("true");
        into.setLong(field, 1);
      }
      case 'f' -> {
        in.literal("false");
        into.setLong(field, 0);
      }
      default -> throw wrongType(in, first, "true or false");
    }
  }

  private void decimal(JsonCursor in, Row into, int field, int first) throws BadRecordException {
    NumberScan number;
    if (first == '"') {
      in.string();
      number = in.numberInText();
    } else {
      number = number(in, first, "a number");
    }
    number.toDecimal(in, into, field);
    var most = digits[field];
    if (most != null) {
      number.checkFits(most);
    }
  }

  private static void text(JsonCursor in, int first, String wanted) throws BadRecordException {
    if (first != '"') {
      throw wrongType(in, first, wanted);
    }
    in.string();
  }

  private static NumberScan number(JsonCursor in, int first, String wanted)
      throws BadRecordException {
    if (first != '-' && (first < '0' || first > '9')) {
      throw wrongType(in, first, wanted);
    }
    return in.number();
  }

  private static BadRecordException wrongType(JsonCursor in, int first, String wanted) {
    var found =
        switch (first) {
          case '"' -> "a string";
          case '{' -> "an object";
          case '[' -> "an array";
          case 't', 'f' -> "a boolean";
          default -> first == '-' || (first >= '0' && first <= '9') ? "a number" : null;
        };
    return found == null
        ? in.malformed("expected " + wanted)
        : new BadRecordException(
            ErrorClass.WrongType, null, "expected " + wanted + ", found " + found);
  }
}
