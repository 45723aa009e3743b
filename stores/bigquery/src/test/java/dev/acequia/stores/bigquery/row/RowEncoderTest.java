package dev.acequia.stores.bigquery.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.Origin;
import dev.acequia.stores.testkit.Pipelines;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowEncoderTest {
  private static Field field(String name, FieldType type) {
    return new Field(name, type, false, null);
  }

  private static final Schema SCHEMA =
      Pipelines.schema(
          List.of("id", "price"),
          new Field("price", FieldType.DECIMAL, true, null),
          field("text", FieldType.STRING),
          new Field("id", FieldType.INT64, true, null),
          field("small", FieldType.INT32),
          field("ratio", FieldType.DOUBLE),
          field("ok", FieldType.BOOLEAN),
          field("day", FieldType.DATE),
          field("at", FieldType.TIMESTAMP),
          field("code", FieldType.UUID),
          field("doc", FieldType.JSON),
          new Field("wide", FieldType.DECIMAL, false, new Digits(38, 20), null));

  private static PipelineDefinition definition(LoadMode mode) {
    return Pipelines.definition(
        new StoreDefinition.BigQuery(
            "acequia", "test", "flights", null, null, null, 1, null, List.of(), 0),
        SCHEMA,
        mode,
        UUID.randomUUID(),
        1,
        null);
  }

  private static Row decoded(String json) throws BadRecordException {
    var row = new Row(SCHEMA);
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decode(bytes, 0, bytes.length, row);
    return row;
  }

  /** The columns of a row, as the service reads it. */
  private static Map<String, Object> read(LoadMode mode, ByteString row) throws Exception {
    var message = RowEncoder.schema(definition(mode)).getProtoDescriptor();
    var file = FileDescriptorProto.newBuilder().setName("rows").addMessageType(message).build();
    var type =
        FileDescriptor.buildFrom(file, new FileDescriptor[0])
            .findMessageTypeByName(message.getName());
    var columns = new TreeMap<String, Object>();
    var parsed = DynamicMessage.parseFrom(type, row);
    assertThat(parsed.getUnknownFields().asMap()).isEmpty();
    for (var one : parsed.getAllFields().entrySet()) {
      FieldDescriptor column = one.getKey();
      columns.put(column.getName(), one.getValue());
    }
    return columns;
  }

  private static Map<String, Object> record(String more) throws Exception {
    var encoder = new RowEncoder(definition(LoadMode.APPEND));
    var row =
        encoder.record(
            decoded("{\"id\":7,\"price\":1.50" + more + "}"),
            new Arrival().from(2, 3, 35).redrivenTo(4, 99));
    return read(LoadMode.APPEND, row.concat(new Envelope().appended(5, 6)));
  }

  private static BadRecordException refused(String more) {
    return catchThrowableOfType(BadRecordException.class, () -> record(more));
  }

  @Test
  void keepsFieldsAsTheyAreAndWhereTheRecordStoodBesideThem() throws Exception {
    assertThat(
            record(
                ",\"text\":\"\\u0000 ä 𝄞\",\"small\":-2147483648,\"ratio\":-0.0,\"ok\":false,\"day\":\"1969-12-31\",\"at\":\"2013-01-31T05:00:00.250001Z\",\"code\":\"123E4567-e89b-12d3-a456-426614174000\",\"doc\":{\"a\": [1]},\"wide\":null"
                    .replace("\\u0000", "")))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("_generation", 2L),
                Map.entry("_topic_partition", 3L),
                Map.entry("_offset", 35L),
                Map.entry("_read", 99L),
                Map.entry("_fence", 5L),
                Map.entry("_epoch", 6L),
                Map.entry("id", 7L),
                Map.entry("price", "1.5"),
                Map.entry("text", " ä 𝄞"),
                Map.entry("small", -2147483648L),
                Map.entry("ratio", -0.0),
                Map.entry("ok", false),
                Map.entry("day", -1),
                Map.entry("at", 1359608400250001L),
                Map.entry("code", "123e4567-e89b-12d3-a456-426614174000"),
                Map.entry("doc", "{\"a\": [1]}")));
  }

  @ParameterizedTest
  @CsvSource({
    "price,0.000,0",
    "price,-0,0",
    "price,1200,1200",
    "price,-1.2e3,-1200",
    "price,0.000000001,0.000000001",
    "price,-12.340,-12.34",
    "price,99999999999999999999999999999.999999999,99999999999999999999999999999.999999999",
    "price,1e28,10000000000000000000000000000",
    "wide,999999999999999999.99999999999999999999,999999999999999999.99999999999999999999",
    "wide,-1e-20,-0.00000000000000000001"
  })
  void writesDecimalsWithoutAnExponent(String column, String number, String text) throws Exception {
    var encoder = new RowEncoder(definition(LoadMode.APPEND));
    var json =
        column.equals("price")
            ? "{\"id\":7,\"price\":" + number + "}"
            : "{\"id\":7,\"price\":1,\"wide\":" + number + "}";
    var row = read(LoadMode.APPEND, encoder.record(decoded(json), new Arrival().from(1, 0, 0)));
    assertThat(row).containsEntry(column, text);
  }

  /** Never rounded. */
  @ParameterizedTest
  @CsvSource({"1e29", "0.0000000001", "1.0000000001", "100000000000000000000000000000.1"})
  void aDecimalThatItsColumnDoesNotHoldIsTheRecordsFault(String number) {
    var refusal =
        catchThrowableOfType(
            BadRecordException.class,
            () ->
                new RowEncoder(definition(LoadMode.APPEND))
                    .record(
                        decoded("{\"id\":7,\"price\":" + number + "}"),
                        new Arrival().from(1, 0, 0)));
    assertThat(refusal.errorClass()).isEqualTo(ErrorClass.OutOfRange);
    assertThat(refusal).hasMessageContaining("29 digits before the point and 9 after it");
  }

  @Test
  void holdsTheFirstAndTheLastTimes() throws Exception {
    assertThat(record(",\"day\":\"0001-01-01\",\"at\":\"9999-12-31T23:59:59.999999Z\""))
        .containsEntry("day", (int) LocalDate.of(1, 1, 1).toEpochDay())
        .containsEntry(
            "at",
            ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse("9999-12-31T23:59:59.999999Z")));
    assertThat(record(",\"day\":\"9999-12-31\",\"at\":\"0001-01-01T00:00:00Z\""))
        .containsEntry("day", (int) LocalDate.of(9999, 12, 31).toEpochDay())
        .containsEntry(
            "at", ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse("0001-01-01T00:00:00Z")));
    assertThat(refused(",\"at\":\"0001-01-01T00:00:00+00:01\"").errorClass())
        .isEqualTo(ErrorClass.OutOfRange);
    assertThat(refused(",\"at\":\"9999-12-31T23:59:59-00:01\"").errorClass())
        .isEqualTo(ErrorClass.OutOfRange);
  }

  @Test
  void aDeletionHasItsKeyAndNoOtherField() throws Exception {
    var encoder = new RowEncoder(definition(LoadMode.UPSERT));
    var key = new Row(SCHEMA);
    var bytes = "[7,\"1.50\"]".getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decodeKey(bytes, 0, bytes.length, key);
    var row = encoder.deletion(key, new Arrival().from(2, 3, 35));
    var end = new Envelope().upserted(new Origin(2, 3, 35), 16, 1_000_000L);
    assertThat(read(LoadMode.UPSERT, row.concat(end)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("_generation", 2L),
                Map.entry("_topic_partition", 3L),
                Map.entry("_offset", 35L),
                Map.entry("_read", 35L),
                Map.entry("_fence", 16L),
                Map.entry("_deleted", true),
                Map.entry("_deleted_at", 1_000_000L),
                Map.entry("_CHANGE_TYPE", "UPSERT"),
                Map.entry("_CHANGE_SEQUENCE_NUMBER", "2/23/10"),
                Map.entry("id", 7L),
                Map.entry("price", "1.5")));
  }

  /** However its values are written. */
  @Test
  void equalKeysHaveEqualBytes() throws Exception {
    var encoder = new RowEncoder(definition(LoadMode.UPSERT));
    assertThat(encoder.key(decoded("{\"id\":7,\"price\":1.50,\"text\":\"a\"}")))
        .isEqualTo(encoder.key(decoded("{\"price\":\"15e-1\",\"id\":7}")))
        .isNotEqualTo(encoder.key(decoded("{\"price\":1.5,\"id\":8}")));
  }
}
