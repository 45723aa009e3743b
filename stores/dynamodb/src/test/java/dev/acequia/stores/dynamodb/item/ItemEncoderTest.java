package dev.acequia.stores.dynamodb.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.testkit.Pipelines;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;

class ItemEncoderTest {
  private static final Schema SCHEMA =
      Pipelines.schema(
          List.of("site", "id"),
          new Field("site", FieldType.STRING, true, null),
          new Field("id", FieldType.INT64, true, null),
          new Field("status", FieldType.STRING, true, null),
          new Field("price", FieldType.DECIMAL, false, null),
          new Field("ratio", FieldType.DOUBLE, true, null),
          new Field("ends", FieldType.TIMESTAMP, false, null),
          new Field("day", FieldType.DATE, false, null),
          new Field("text", FieldType.STRING, false, null));

  private static Map<String, AttributeValue> item(LoadMode mode, String json)
      throws BadRecordException {
    return item(mode, json, "ends");
  }

  private static Map<String, AttributeValue> item(LoadMode mode, String json, String ttlField)
      throws BadRecordException {
    var store =
        new StoreDefinition.DynamoDb(
            "flights",
            "us-west-2",
            null,
            List.of(new KeyIndex("by-status", "status", "ratio")),
            ttlField,
            true,
            null);
    var definition = Pipelines.definition(store, SCHEMA, mode, UUID.randomUUID(), 1, null);
    var row = new Row(SCHEMA);
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decode(bytes, 0, bytes.length, row);
    return new ItemEncoder(definition, store).record(row, new Arrival().from(2, 3, 35));
  }

  private static String json(String site, String status, String more) {
    return "{\"site\":\"%s\",\"id\":7,\"status\":\"%s\",\"ratio\":0.5%s}"
        .formatted(site, status, more);
  }

  private static BadRecordException refused(String json) {
    return catchThrowableOfType(BadRecordException.class, () -> item(LoadMode.UPSERT, json));
  }

  /** A person may add an index, and take it away again. */
  @Test
  void checksValuesForTheIndexesThatTheTableHasNow() throws Exception {
    var fields =
        Pipelines.schema(
            List.of("id"),
            new Field("id", FieldType.INT64, true, null),
            new Field("kind", FieldType.JSON, true, null),
            new Field("late", FieldType.BOOLEAN, true, null),
            new Field("note", FieldType.STRING, true, null));
    var store =
        new StoreDefinition.DynamoDb("flights", "us-west-2", null, List.of(), null, true, null);
    var encoder =
        new ItemEncoder(
            Pipelines.definition(store, fields, LoadMode.UPSERT, UUID.randomUUID(), 1, null),
            store);
    var row = new Row(fields);
    var json =
        "{\"id\":1,\"kind\":{},\"late\":true,\"note\":\"\"}".getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(fields).decode(json, 0, json.length, row);
    var arrival = new Arrival().from(1, 0, 1);
    encoder.checkAlso(List.of(key("kind")));
    assertThat(encoder.record(row, arrival)).containsKey("kind");
    encoder.checkAlso(List.of(key("late")));
    assertThatThrownBy(() -> encoder.record(row, arrival))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("only texts and numbers");
    encoder.checkAlso(List.of(key("note")));
    assertThatThrownBy(() -> encoder.record(row, arrival)).isInstanceOf(BadRecordException.class);
    encoder.checkAlso(List.of());
    assertThat(encoder.record(row, arrival)).containsKey("note");
  }

  private static KeySchemaElement key(String field) {
    return KeySchemaElement.builder().attributeName(field).keyType(KeyType.HASH).build();
  }

  @Test
  void keepsFieldsAsTheyAreAndTheOriginBesideThem() throws Exception {
    var item =
        item(
            LoadMode.UPSERT,
            json("here", "late", ",\"price\":1.50,\"ends\":\"2013-01-31T05:00:00.25Z\""));
    assertThat(item.get("site")).isEqualTo(AttributeValue.fromS("here"));
    assertThat(item.get("price")).isEqualTo(AttributeValue.fromN("1.5"));
    assertThat(item.get("ends")).isEqualTo(AttributeValue.fromS("2013-01-31T05:00:00.250000Z"));
    assertThat(item).doesNotContainKey("text");
    assertThat(item.get("_hash")).isEqualTo(AttributeValue.fromS("here"));
    assertThat(item.get("_offset")).isEqualTo(AttributeValue.fromN("35"));
    assertThat(item.get("_generation")).isEqualTo(AttributeValue.fromN("2"));
    // The first whole second after it.
    assertThat(item.get("_expires")).isEqualTo(AttributeValue.fromN("1359608401"));
  }

  @Test
  void aDateExpiresWhenItsDayIsOver() throws Exception {
    var item = item(LoadMode.UPSERT, json("here", "late", ",\"day\":\"2013-01-31\""), "day");
    assertThat(item.get("_expires"))
        .isEqualTo(
            AttributeValue.fromN(
                Long.toString(Instant.parse("2013-02-01T00:00:00Z").getEpochSecond())));
  }

  @Test
  void spreadsThePartitionsOfATopicInAppendMode() throws Exception {
    var item = item(LoadMode.APPEND, json("here", "late", ""));
    assertThat(item.get("_hash")).isEqualTo(AttributeValue.fromS("2#3#3"));
    assertThat(item.get("_range")).isEqualTo(AttributeValue.fromN("35"));
  }

  @Test
  void refusesKeysThatTheServiceDoesNotTake() {
    assertThat(refused(json("", "late", "")).reason()).contains("no empty text");
    assertThat(refused(json("here", "", "")).field()).isEqualTo("status");
    assertThat(refused(json("here", "x".repeat(2_049), "")).reason()).contains("2048 bytes");
    assertThat(refused(json("here", "late", "").replace("0.5", "1e300")).field())
        .isEqualTo("ratio");
  }

  @Test
  void refusesNumbersOfTooManyDigits() {
    var refused = refused(json("here", "late", ",\"price\":" + "1".repeat(39)));
    assertThat(refused.errorClass()).isEqualTo(ErrorClass.OutOfRange);
    assertThat(refused.field()).isEqualTo("price");
  }

  @Test
  void refusesItemsThatAreTooLarge() throws Exception {
    item(LoadMode.UPSERT, json("here", "late", ",\"text\":\"" + "ñ".repeat(204_000) + "\""));
    assertThatThrownBy(
            () ->
                item(
                    LoadMode.UPSERT,
                    json("here", "late", ",\"text\":\"" + "ñ".repeat(204_800) + "\"")))
        .isInstanceOfSatisfying(
            BadRecordException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.TooLong));
  }
}
