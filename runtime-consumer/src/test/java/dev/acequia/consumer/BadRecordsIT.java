package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Some bad records in a flood of good ones, of all kinds. */
class BadRecordsIT {
  private static final int RECORDS = 100_000;
  private static final int EVERY = 500;
  private static final int PARTITIONS = 4;

  private static byte[] bad(int id) {
    var bytes =
        switch (id / EVERY % 8) {
          case 0 -> "{\"id\":" + id + ",";
          case 1 -> "{\"id\":\"" + id + "\",\"name\":\"x\"}";
          case 2 -> "{\"name\":\"" + id + "\"}";
          case 3 -> record(id, "x".repeat(1 << 20));
          case 4 -> "{\"id\":9223372036854775808,\"name\":\"" + id + "\"}";
          case 5 -> record(id, "\\u0000");
          case 6 -> record(id, "\u00ff");
          default -> record(id, "refused");
        };
    return bytes.getBytes(
        id / EVERY % 8 == 6 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void putsThemAsideAndStoresAllOthers(LoadMode mode) throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, PARTITIONS)) {
      pipeline.takeLargeRecords();
      pipeline.rows(
          "ALTER TABLE " + pipeline.table() + " ADD CONSTRAINT taken CHECK (name <> 'refused')");
      var sent = new TreeMap<String, byte[]>();
      var counts = new HashMap<Integer, Integer>();
      for (var id = 0; id < RECORDS; id++) {
        var partition = id % PARTITIONS;
        var offset = counts.merge(partition, 1, Integer::sum) - 1;
        if (id % EVERY == 7) {
          var value = bad(id);
          sent.put(partition + "/" + offset, value);
          pipeline.sendBytes(partition, value);
        } else {
          pipeline.send(partition, "[" + id + "]", record(id, "name of " + id));
        }
      }
      pipeline.flush();
      assertThat(sent).hasSize(RECORDS / EVERY);
      pipeline.start("pod");
      pipeline.awaitTaken();

      assertThat(pipeline.count()).isEqualTo(RECORDS - RECORDS / EVERY);
      var letters = pipeline.deadLetters();
      assertThat(letters).hasSize(RECORDS / EVERY);
      var found = new TreeMap<String, byte[]>();
      for (var letter : letters) {
        var headers = new HashMap<String, String>();
        letter
            .headers()
            .forEach(
                one -> headers.put(one.key(), new String(one.value(), StandardCharsets.UTF_8)));
        found.put(
            headers.get("acequia-source-partition") + "/" + headers.get("acequia-source-offset"),
            letter.value());
        assertThat(headers)
            .containsAllEntriesOf(
                Map.of(
                    "acequia-source-topic", pipeline.topic(),
                    "acequia-pipeline", "ops/" + pipeline.definition().name(),
                    "acequia-schema-hash", LoadIT.SCHEMA.hash()))
            .containsKeys("acequia-error-class", "acequia-error-message", "acequia-error-time");
      }
      assertThat(found.keySet()).isEqualTo(sent.keySet());
      sent.forEach((place, value) -> assertThat(found.get(place)).as(place).isEqualTo(value));
    }
  }
}
