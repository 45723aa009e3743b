package dev.acequia.contract.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The decoder and Jackson agree on what is JSON and on what it says, byte soup included. */
class RecordDecoderAgainstJacksonTest {
  private static final int ROUNDS = 100_000;

  private static final Schema SCHEMA =
      new Schema(
          List.of(),
          List.of(
              new Field("s", FieldType.STRING, false, null),
              new Field("d", FieldType.DECIMAL, false, null),
              new Field("f", FieldType.DOUBLE, false, null),
              new Field("j", FieldType.JSON, false, null)),
          UnknownFields.DROP);

  private static final JsonMapper JACKSON =
      JsonMapper.builder(
              new JsonFactoryBuilder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(102).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final List<String> SEEDS =
      List.of(
          "{\"s\":\"aé€😀\\n\\u00e9\\ud83d\\ude00\",\"d\":-12.340e-2,\"f\":6.02e23,\"j\":[{\"a\":null},true,-0]}",
          "{ \"x\" : { } , \"s\" : null , \"d\" : 0.10 , \"f\" : -0 , \"j\" : { \"k\" : [ ] } }",
          "{\"j\":\"\\\"\\\\\\/\\b\\f\\r\\t\",\"d\":123456789012345678901234567890,\"f\":0.1}");

  private static final byte[] SOUP =
      "{}[]\":,\\u0019aeEdDnft.-+ \n\0\u007f".getBytes(StandardCharsets.ISO_8859_1);

  @Test
  void agree() {
    var random = new Random(20260101);
    var decoder = new RecordDecoder(SCHEMA);
    var row = new Row(SCHEMA);
    var good = 0;
    for (var i = 0; i < ROUNDS; i++) {
      var json = mutate(SEEDS.get(i % SEEDS.size()).getBytes(StandardCharsets.UTF_8), random);
      var said = String.format("round %d: %s", i, new String(json, StandardCharsets.UTF_8));
      var wanted = jackson(json).filter(JsonNode::isObject);
      try {
        decoder.decode(json, 0, json.length, row);
        assertThat(wanted).as(said).isPresent();
        assertSame(wanted.get(), row, said);
        good++;
      } catch (BadRecordException e) {
        if (e.errorClass() == BadRecordException.ErrorClass.Malformed) {
          assertThat(wanted).as(said + ": " + e.reason()).isEmpty();
        }
      }
    }
    assertThat(good).isGreaterThan(ROUNDS / 20);
  }

  private static void assertSame(JsonNode wanted, Row row, String said) {
    if (wanted.hasNonNull("s")) {
      assertThat(row.stringAt(0)).as(said).isEqualTo(wanted.get("s").textValue());
    }
    if (wanted.hasNonNull("d") && wanted.get("d").isNumber()) {
      assertThat(row.decimalAt(1)).as(said).isEqualByComparingTo(wanted.get("d").decimalValue());
    }
    if (wanted.hasNonNull("f")) {
      assertThat(row.doubleAt(2))
          .as(said)
          .isEqualTo(
              wanted.get("f").decimalValue().doubleValue(),
              org.assertj.core.data.Offset.offset(0.0));
    }
    if (wanted.hasNonNull("j")) {
      assertThat(jackson(row.stringAt(3).getBytes(StandardCharsets.UTF_8)))
          .contains(wanted.get("j"));
    }
  }

  private static byte[] mutate(byte[] json, Random random) {
    var bytes = json.clone();
    for (var n = random.nextInt(3); n > 0; n--) {
      var at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] = SOUP[random.nextInt(SOUP.length)];
        case 2 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
        default -> {
          var other = random.nextInt(bytes.length);
          System.arraycopy(
              bytes,
              at,
              bytes,
              other,
              Math.min(random.nextInt(8), bytes.length - Math.max(at, other)));
        }
      }
    }
    return bytes;
  }

  private static Optional<JsonNode> jackson(byte[] json) {
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      return Optional.of(JACKSON.readTree(text));
    } catch (CharacterCodingException | JacksonException | NumberFormatException e) {
      // The last: an exponent beyond BigDecimal's.
      return Optional.empty();
    }
  }
}
