package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.api.http.ProblemException;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Arrays that a few structural bytes were put into or taken from, with Jackson as the judge. */
class JsonBodyAgainstJacksonTest {
  private static final int ROUNDS = 100_000;

  private static final Schema SCHEMA =
      new Schema(
          List.of(),
          List.of(
              new Field("n", FieldType.JSON, false, null),
              new Field("j", FieldType.JSON, false, null)),
          UnknownFields.DROP);

  private static final JsonFactory STRICT =
      new JsonFactoryBuilder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(200).build())
          .build();

  private static final JsonMapper JACKSON =
      JsonMapper.builder(STRICT).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final List<String> ELEMENTS =
      List.of(
          "{\"n\":1,\"j\":{\"a\":[1,{\"b\":[]}],\"c\":\"],}{[\"}}",
          "{ \"n\" : 2 , \"s\" : \"},{\\\"n\\\":9},{\" }",
          "{}",
          "{\"n\":3,\"s\":\"\\\\\",\"j\":[[\"\\\"\",{}],null]}",
          "{\"x\":-1.5e3,\"n\":4}",
          "{\"s\":\"ñ, 🛶: {\",\"n\":5,\"t\":[true,false]}");

  private static final byte[] STRUCTURE = "{}[]\",:\\ \n1x".getBytes(UTF_8);

  /** What came of a body. */
  private record Outcome(List<String> accepted, @Nullable ErrorClass error) {}

  private final RecordDecoder decoder = new RecordDecoder(SCHEMA);

  private Outcome read(BodyRecords records, boolean skip) {
    var accepted = new ArrayList<String>();
    @Nullable ErrorClass error = null;
    var check = new RecordCheck(SCHEMA, decoder);
    try {
      while (records.next()) {
        try {
          check.key(records);
          accepted.add(new String(records.buffer(), records.offset(), records.length(), UTF_8));
        } catch (BadRecordException e) {
          error = e.errorClass();
          if (!skip) {
            break;
          }
        }
      }
    } catch (ProblemException e) {
      error = ErrorClass.Malformed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Outcome(accepted, error);
  }

  @Test
  void acceptsJustTheArraysOfObjectsAndCountsAlike() {
    var random = new Random(20260201);
    var good = 0;
    for (var round = 0; round < ROUNDS; round++) {
      var body = mutate(array(random), random, 1 + random.nextInt(3));
      var text = "round " + round + ": " + new String(body, UTF_8);
      var outcome = read(new JsonRecords(body, body.length), false);
      var streamed =
          read(
              new JsonRecords(new Trickle(body, 1 + random.nextInt(9)), 1 << 20, Memory.ample()),
              false);

      assertThat(streamed.accepted()).as(text).isEqualTo(outcome.accepted());
      var wanted = jackson(body);
      if (outcome.error() == null) {
        assertThat(wanted).as(text).isPresent();
        assertThat(outcome.accepted()).as(text).hasSameSizeAs(wanted.get());
        good++;
      } else if (outcome.error() == ErrorClass.Malformed) {
        assertThat(wanted).as(text).isEmpty();
      }
    }
    assertThat(good).isBetween(ROUNDS / 20, ROUNDS * 9 / 10);
  }

  @Test
  void inventsAndMergesNoRecordWhereBadOnesAreSkipped() {
    var random = new Random(20260202);
    for (var round = 0; round < ROUNDS; round++) {
      var body = mutate(array(random), random, 1);
      var text = "round " + round + ": " + new String(body, UTF_8);
      var accepted =
          read(
                  new JsonRecords(
                      new Trickle(body, 1 + random.nextInt(9)), 1 << 20, Memory.ample()),
                  true)
              .accepted();
      var valid = validPrefix(body);
      for (var i = 0; i < accepted.size(); i++) {
        // Behind what is no JSON any more, only whole records as they were sent.
        assertThat(i < valid || ELEMENTS.contains(accepted.get(i))).as(text).isTrue();
      }
    }
  }

  private static byte[] array(Random random) {
    var count = random.nextInt(5);
    var elements = new ArrayList<String>();
    for (var i = 0; i < count; i++) {
      elements.add(ELEMENTS.get(random.nextInt(ELEMENTS.size())));
    }
    return ("[" + String.join(random.nextBoolean() ? "," : " ,\n", elements) + "]").getBytes(UTF_8);
  }

  private static byte[] mutate(byte[] body, Random random, int times) {
    var bytes = body;
    for (var n = 0; n < times; n++) {
      var at = random.nextInt(bytes.length + 1);
      var inserted = STRUCTURE[random.nextInt(STRUCTURE.length)];
      var out = new ByteArrayOutputStream();
      out.write(bytes, 0, at);
      if (at == bytes.length || random.nextBoolean()) {
        out.write(inserted);
        out.write(bytes, at, bytes.length - at);
      } else {
        out.write(bytes, at + 1, bytes.length - at - 1);
      }
      bytes = out.toByteArray();
      if (bytes.length == 0) {
        return body;
      }
    }
    return bytes;
  }

  /** The records of a body that is JSON. */
  private static Optional<List<JsonNode>> jackson(byte[] body) {
    try {
      var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      var document = JACKSON.readTree(text);
      var records = new ArrayList<JsonNode>();
      if (document.isArray()) {
        document.forEach(records::add);
      } else {
        records.add(document);
      }
      return records.stream().allMatch(JsonNode::isObject) && !document.isMissingNode()
          ? Optional.of(records)
          : Optional.empty();
    } catch (CharacterCodingException | JacksonException e) {
      return Optional.empty();
    }
  }

  /** So many objects of the array, or the one alone, are JSON up to their ends. */
  private static int validPrefix(byte[] body) {
    var count = 0;
    try (var parser = STRICT.createParser(body)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        return 1;
      }
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        parser.skipChildren();
        count++;
      }
    } catch (IOException e) {
      return count;
    }
    return count;
  }
}
