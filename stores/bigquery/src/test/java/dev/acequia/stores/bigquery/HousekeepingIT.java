package dev.acequia.stores.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.bigquery.TableId;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.servers.bigquery.Faults.Fault;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.bigquery.client.Statements;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is forgotten, and when. */
class HousekeepingIT {
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};

  private final BigQueryFixture fixture = new BigQueryFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  /** Does one piece of each part; the pauses before the next. */
  private List<Duration> work(BigQueryPipeline pipeline) throws Exception {
    var environment = new HashMap<>(fixture.writerEnvironment("pod"));
    environment.put(RuntimeVariable.ACEQUIA_DELETIONS_KEPT.name(), "P30D");
    var pauses = new ArrayList<Duration>();
    for (var part : StoreHousekeeping.open(pipeline.definition, environment)) {
      try (part) {
        pauses.add(part.work());
      }
    }
    return pauses;
  }

  private long count(TableId table) throws Exception {
    return fixture
        .statements()
        .rows("SELECT COUNT(*) AS n FROM " + Statements.name(table), Map.of())
        .getFirst()
        .get("n")
        .getLongValue();
  }

  /** As many as fit one piece, and then the others. */
  @Test
  void forgetsDeletionsInPieces() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      for (var i = 0; i < 1_200; i++) {
        pipeline.delete(batch, i, "[" + i + "]");
      }
      writer.write(batch, BigQueryPipeline.advance(BigQueryPipeline.claim(writer), 1_200), OPEN);
    }
    fixture.age(pipeline.definition, Duration.ofDays(29));
    work(pipeline);
    assertThat(count(pipeline.names().data())).isEqualTo(1_200);
    fixture.age(pipeline.definition, Duration.ofDays(2));
    assertThat(work(pipeline)).contains(Duration.ofSeconds(1));
    assertThat(count(pipeline.names().data())).isEqualTo(200);
    assertThat(work(pipeline)).doesNotContain(Duration.ofSeconds(1));
    assertThat(count(pipeline.names().data())).isZero();
  }

  @Test
  void removesNothingThatCameSince() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.UPSERT);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.delete(batch, 0, "[1]");
      pipeline.delete(batch, 1, "[2]");
      writer.write(batch, BigQueryPipeline.advance(BigQueryPipeline.claim(writer), 2), OPEN);
      fixture.age(pipeline.definition, Duration.ofDays(31));
      batch.clear();
      pipeline.add(batch, 2, "{\"id\":1,\"name\":\"again\"}");
      var claim = BigQueryPipeline.claim(writer);
      var isFirst = new AtomicBoolean(true);
      fixture
          .server()
          .faults(
              call -> {
                if (call.method().equals("AppendRows") && isFirst.getAndSet(false)) {
                  try {
                    writer.write(batch, BigQueryPipeline.advance(claim, 3), OPEN);
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                }
                return Fault.NONE;
              });
      work(pipeline);
      assertThat(isFirst).isFalse();
    }
    assertThat(count(pipeline.names().data())).isEqualTo(1);
  }

  /** For as long as a log may have the record. */
  @Test
  void keepsThePlacesOfRepeatsForTwoWeeksLonger() throws Exception {
    var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      for (var i = 0; i < 2; i++) {
        var key =
            new Arrival.Key(
                null,
                "push".getBytes(StandardCharsets.UTF_8),
                0,
                ByteBuffer.wrap(new byte[] {1}),
                -1,
                false);
        pipeline.add(batch, new Arrival().from(1, 0, i).keyed(key), "{\"id\":" + i + "}");
      }
      writer.write(batch, BigQueryPipeline.advance(BigQueryPipeline.claim(writer), 2), OPEN);
    }
    assertThat(count(pipeline.names().repeats())).isEqualTo(1);
    ageRepeats(pipeline, 43);
    work(pipeline);
    assertThat(count(pipeline.names().repeats())).isEqualTo(1);
    ageRepeats(pipeline, 3);
    work(pipeline);
    assertThat(count(pipeline.names().repeats())).isZero();
  }

  private void ageRepeats(BigQueryPipeline pipeline, int days) throws Exception {
    fixture
        .statements()
        .change(
            "UPDATE %s SET stored = TIMESTAMP_SUB(stored, INTERVAL %d DAY) WHERE TRUE"
                .formatted(Statements.name(pipeline.names().repeats()), days),
            Map.of());
  }
}
