package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchemaTest {
  private static final Field CARRIER = new Field("carrier", FieldType.STRING, true, null);
  private static final Field FLIGHT = new Field("flight", FieldType.INT32, true, null);
  private static final Schema SCHEMA = schema(List.of("flight", "carrier"), CARRIER, FLIGHT);

  @Test
  void hashStaysWhenOnlyWordsChange() {
    var described = new Field("carrier", FieldType.STRING, true, "Two-letter IATA code");
    assertThat(schema(SCHEMA.key(), described, FLIGHT).hash()).isEqualTo(SCHEMA.hash());
    assertThat(new Schema(SCHEMA.key(), SCHEMA.fields(), UnknownFields.DROP).hash())
        .isEqualTo(SCHEMA.hash());
  }

  @Test
  void hashChangesWithTheTablesShape() {
    var wide = new Field("flight", FieldType.INT64, true, null);
    var relaxed = new Field("flight", FieldType.INT32, false, null);
    assertThat(
            List.of(
                SCHEMA.hash(),
                schema(SCHEMA.key(), CARRIER, wide).hash(),
                schema(SCHEMA.key(), CARRIER, relaxed).hash(),
                schema(SCHEMA.key(), FLIGHT, CARRIER).hash(),
                schema(List.of("carrier", "flight"), CARRIER, FLIGHT).hash(),
                schema(SCHEMA.key(), CARRIER).hash()))
        .doesNotHaveDuplicates()
        .allMatch(hash -> hash.matches("[0-9a-f]{16}"));
  }

  /** Another one would restart every pipeline at the platform's next version. */
  @Test
  void hashIsThatOfFormerVersionsWhereNoDecimalHasDigits() {
    var price = new Field("price", FieldType.DECIMAL, false, null);
    assertThat(schema(SCHEMA.key(), CARRIER, FLIGHT, price).hash()).isEqualTo("93f7a7ff7d616143");
  }

  @Test
  void hashChangesWithTheDigitsOfADecimal() {
    assertThat(
            Stream.of(null, new Digits(12, 2), new Digits(12, 3), new Digits(13, 2))
                .map(digits -> new Field("price", FieldType.DECIMAL, false, digits, null))
                .map(price -> schema(List.of(), price).hash()))
        .doesNotHaveDuplicates();
  }

  @Test
  void findsKeyFieldsInKeyOrder() {
    assertThat(SCHEMA.keyIndexes()).containsExactly(1, 0);
    assertThat(SCHEMA.indexOf("origin")).isEqualTo(-1);
  }

  private static Schema schema(List<String> key, Field... fields) {
    return new Schema(key, List.of(fields), UnknownFields.REJECT);
  }
}
