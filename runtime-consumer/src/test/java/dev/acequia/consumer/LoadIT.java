package dev.acequia.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

/** Records of a topic become rows of a table. */
class LoadIT {
  static final Schema SCHEMA =
      new Schema(
          List.of("id"),
          List.of(
              new Field("id", FieldType.INT64, true, null),
              new Field("name", FieldType.STRING, false, null)),
          UnknownFields.REJECT);

  private static final Schema EVERY_TYPE =
      new Schema(
          List.of(),
          List.of(
              new Field("s", FieldType.STRING, false, null),
              new Field("i", FieldType.INT32, false, null),
              new Field("l", FieldType.INT64, false, null),
              new Field("d", FieldType.DOUBLE, false, null),
              new Field("n", FieldType.DECIMAL, false, null),
              new Field("b", FieldType.BOOLEAN, false, null),
              new Field("day", FieldType.DATE, false, null),
              new Field("t", FieldType.TIMESTAMP, false, null),
              new Field("u", FieldType.UUID, false, null),
              new Field("j", FieldType.JSON, false, null)),
          UnknownFields.REJECT);

  static String record(long id, String name) {
    return "{\"id\":" + id + ",\"name\":\"" + name + "\"}";
  }

  static Header header(RecordHeader header, String value) {
    return new org.apache.kafka.common.header.internals.RecordHeader(
        header.key(), value.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void storesEveryTypeAsItIs() throws Exception {
    try (var pipeline = TestPipeline.ready(EVERY_TYPE, LoadMode.APPEND, 1)) {
      pipeline.send(
          0,
          null,
          """
          {"s":"Ñandú \\u20ac","i":-2147483648,"l":9223372036854775807,"d":-1.5e-300,"n":-12345678901234567890.000120,
           "b":true,"day":"0001-01-01","t":"2013-01-31T10:00:00.123456+02:00",
           "u":"123e4567-e89b-12d3-a456-426614174000","j":{"a":[1,2.50,null]}}""");
      for (var decimal :
          List.of("0", "1e20", "10000", "0.0001", "99999999.99999999", "-1e-20", "12340000.5")) {
        pipeline.send(0, null, "{\"n\":" + decimal + "}");
      }
      pipeline.send(
          0, null, "{\"day\":\"9999-12-31\",\"t\":\"1969-12-31T23:59:59.999999Z\",\"b\":false}");
      pipeline.start("pod");
      pipeline.awaitCount(9);

      assertThat(
              pipeline.rows(
                  "SELECT s, i, l, d, n, b, day, t AT TIME ZONE 'UTC', u, j, _partition, _offset FROM "
                      + pipeline.table()
                      + " ORDER BY _offset LIMIT 1"))
          .containsExactly(
              "Ñandú €|-2147483648|9223372036854775807|-1.5e-300|-12345678901234567890.000120|t|0001-01-01|2013-01-31 08:00:00.123456|123e4567-e89b-12d3-a456-426614174000|{\"a\": [1, 2.50, null]}|0|0");
      assertThat(
              pipeline.rows(
                  "SELECT n FROM "
                      + pipeline.table()
                      + " WHERE _offset BETWEEN 1 AND 7 ORDER BY _offset"))
          .containsExactly(
              "0",
              "100000000000000000000",
              "10000",
              "0.0001",
              "99999999.99999999",
              "-0.00000000000000000001",
              "12340000.5");
      assertThat(
              pipeline.rows(
                  "SELECT day, t AT TIME ZONE 'UTC', b, s FROM "
                      + pipeline.table()
                      + " WHERE _offset = 8"))
          .containsExactly("9999-12-31|1969-12-31 23:59:59.999999|f|null");
    }
  }

  @Test
  void appendsEveryRecordAndCommitsItsPosition() throws Exception {
    try (var pipeline = TestPipeline.ready(SCHEMA, LoadMode.APPEND, 3)) {
      for (var i = 0; i < 20_000; i++) {
        pipeline.send(i % 3, null, record(i / 2, "n" + i));
      }
      var consumer = pipeline.start("pod");
      pipeline.awaitCount(20_000);
      pipeline.send(0, null, record(1, "late"));
      pipeline.awaitCount(20_001);

      assertThat(
              pipeline.rows(
                  "SELECT count(DISTINCT (_partition, _offset)) FROM " + pipeline.table()))
          .containsExactly("20001");
      TestPipeline.await().until(() -> pipeline.committedToKafka(0), offset -> offset == 6_668);
      assertThat(consumer.health().ready()).isEmpty();
      assertThat(consumer.counter("acequia_consumer_records_total", "stored")).isEqualTo(20_001);
    }
  }

  @Test
  void commitsPositionsOfAnIdleGroup() throws Exception {
    try (var pipeline = TestPipeline.ready(SCHEMA, LoadMode.APPEND, 2)) {
      pipeline.start("pod");
      TestPipeline.await()
          .until(() -> pipeline.committedToKafka(0) == 0 && pipeline.committedToKafka(1) == 0);
    }
  }

  @Test
  void keepsTheNewestRecordOfEachKey() throws Exception {
    try (var pipeline = TestPipeline.ready(SCHEMA, LoadMode.UPSERT, 2)) {
      for (var round = 0; round < 5; round++) {
        for (var id = 0; id < 1000; id++) {
          pipeline.send(id % 2, "[" + id + "]", record(id, "r" + round));
        }
      }
      pipeline.flush();
      pipeline.start("pod");
      pipeline.awaitCount(1000);
      for (var id = 0; id < 10; id++) {
        pipeline.send(id % 2, "[" + id + "]", record(id, "last"));
      }
      TestPipeline.await()
          .until(
              () ->
                  pipeline.rows(
                      "SELECT name, count(*) FROM " + pipeline.table() + " GROUP BY 1 ORDER BY 1"),
              found -> found.equals(List.of("last|10", "r4|990")));
    }
  }

  @Test
  void deletesByTombstonesAlsoWithinABatch() throws Exception {
    try (var pipeline = TestPipeline.ready(SCHEMA, LoadMode.UPSERT, 1)) {
      pipeline.send(0, "[1]", record(1, "stays"));
      pipeline.send(0, "[2]", record(2, "goes"));
      pipeline.send(0, "[2]", null);
      pipeline.send(0, "[3]", record(3, "goes"));
      pipeline.send(0, "[3]", null);
      pipeline.send(0, "[3]", record(3, "comes back"));
      pipeline.flush();
      pipeline.start("pod");
      pipeline.awaitCount(2);
      pipeline.send(0, "[ 1 ]", null);
      pipeline.awaitCount(1);
      assertThat(pipeline.rows("SELECT * FROM " + pipeline.table()).get(0))
          .startsWith("3|comes back|");
    }
  }

  @Test
  void storesARepeatedRequestOnce() throws Exception {
    try (var pipeline = TestPipeline.ready(SCHEMA, LoadMode.APPEND, 2)) {
      var consumer = pipeline.start("pod");
      for (var attempt = 0; attempt < 3; attempt++) {
        for (var index = 0; index < 100; index++) {
          pipeline.send(
              (index + attempt) % 2,
              null,
              record(index, "once"),
              header(RecordHeader.IDEMPOTENCY_KEY, "request-1"),
              header(RecordHeader.IDEMPOTENCY_INDEX, Integer.toString(index)));
        }
        pipeline.flush();
        if (attempt == 0) {
          pipeline.awaitCount(100);
        }
      }
      pipeline.send(0, null, record(100, "without"));
      TestPipeline.await()
          .until(() -> consumer.counter("acequia_consumer_records_total", "duplicate") == 200);
      pipeline.awaitCount(101);
      assertThat(pipeline.rows("SELECT count(DISTINCT id) FROM " + pipeline.table()))
          .containsExactly("101");
    }
  }

  @Test
  void passesOverTransactionMarkersAndAbortedRecords() throws Exception {
    try (var pipeline = TestPipeline.ready(SCHEMA, LoadMode.APPEND, 1)) {
      var settings =
          java.util.Map.<String, Object>of(
              "bootstrap.servers",
              Servers.kafka().bootstrapServers(),
              "transactional.id",
              pipeline.topic());
      try (var producer =
          new org.apache.kafka.clients.producer.KafkaProducer<>(
              settings,
              new org.apache.kafka.common.serialization.StringSerializer(),
              new org.apache.kafka.common.serialization.StringSerializer())) {
        producer.initTransactions();
        for (var round = 0; round < 4; round++) {
          producer.beginTransaction();
          producer.send(
              new org.apache.kafka.clients.producer.ProducerRecord<>(
                  pipeline.topic(), 0, null, record(round, "t")));
          producer.flush();
          if (round % 2 == 0) {
            producer.commitTransaction();
          } else {
            producer.abortTransaction();
          }
        }
      }
      pipeline.start("pod");
      pipeline.awaitCount(2);
      // Four records and four markers.
      TestPipeline.await().until(() -> pipeline.committedToKafka(0), offset -> offset == 8);
      assertThat(pipeline.rows("SELECT next_offset FROM " + pipeline.offsetsTable()))
          .containsExactly("8");
    }
  }
}
