package dev.acequia.api;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.util.Random;

/**
 * Rows that a former version or another program may have left in a table: a few bytes of them can
 * be megabytes of an answer.
 */
enum ExtremeRows {
  SMALL(1, 4000),
  /**
   * Each number has 131,072 digits, or 16,383 after the point, and takes a few bytes in the table.
   */
  LONG_DECIMALS(100_001, 400),
  /** 900 KB in one field, in another one for each row. */
  LONG_TEXTS(200_001, 300),
  /** A json field that is written out in up to 2.6 MB, and in 196 MB once. */
  LONG_NUMBERS(300_001, 60),
  WIDE(400_001, 3000);

  private final int first;
  private final int count;

  ExtremeRows(int first, int count) {
    this.first = first;
    this.count = count;
  }

  /** The key of one of them. */
  int key(Random random) {
    return first + random.nextInt(count);
  }

  int first() {
    return first;
  }

  int last() {
    return first + count - 1;
  }

  /**
   * The SQL of a field's value, of the row's number {@code i}.
   *
   * @param place of the field among those of its type
   * @param ofType how many fields have its type
   */
  String value(Field field, int place, int ofType) {
    var usual = "CASE WHEN i %% 3 = %d THEN %s END".formatted(place % 3, usual(field.type()));
    return switch (this) {
      case SMALL -> usual;
      case LONG_DECIMALS ->
          field.type() == FieldType.DECIMAL
              ? "(ARRAY[1e131071, -1e16000, 1e-16383, 9e131070])[(i + %d) %% 4 + 1]"
                  .formatted(place)
              : usual;
      case LONG_TEXTS ->
          field.type() == FieldType.STRING
              ? "CASE WHEN i %% %d = %d THEN repeat(md5(i::text), 28125) END"
                  .formatted(ofType, place)
              : usual;
      case LONG_NUMBERS ->
          field.type() == FieldType.JSON && place == 0
              ? "('[' || repeat('1e131071,', CASE WHEN i = %d THEN 1499 ELSE (i %% 20)::int END) || '1]')::jsonb"
                  .formatted(first)
              : usual;
      case WIDE -> usual(field.type());
    };
  }

  private static String usual(FieldType type) {
    return switch (type) {
      case STRING -> "repeat('w', (i % 20)::int)";
      case INT32 -> "(i % 1000)::int";
      case INT64 -> "i";
      case DOUBLE -> "CASE WHEN i % 100 = 0 THEN 'NaN' ELSE i / 4.0 END::double precision";
      case DECIMAL -> "(i % 1000) / 8.0";
      case BOOLEAN -> "i % 2 = 0";
      case DATE -> "DATE '2012-02-27' + (i % 1000)::int";
      case TIMESTAMP -> "to_timestamp(i * 1e4)";
      case UUID -> "md5(i::text)::uuid";
      case JSON -> "jsonb_build_object('a', i % 3, 'b', ARRAY[1, 2])";
    };
  }
}
