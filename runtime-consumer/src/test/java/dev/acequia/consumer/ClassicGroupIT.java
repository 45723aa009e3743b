package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** On brokers that have not finalized the group protocol of KIP-848. */
@Isolated("the broker is another for a while")
class ClassicGroupIT {
  private static final String FEATURE = "group.version";
  private static final int RECORDS = 40_000;

  @BeforeAll
  static void withdrawTheNewProtocol() throws Exception {
    setLevel(0, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE);
  }

  @AfterAll
  static void bringItBack() throws Exception {
    setLevel(1, FeatureUpdate.UpgradeType.UPGRADE);
  }

  private static void setLevel(int level, FeatureUpdate.UpgradeType type) throws Exception {
    try (var admin =
        Admin.create(Map.of("bootstrap.servers", Servers.kafka().bootstrapServers()))) {
      admin
          .updateFeatures(
              Map.of(FEATURE, new FeatureUpdate((short) level, type)), new UpdateFeaturesOptions())
          .all()
          .get(20, TimeUnit.SECONDS);
      TestPipeline.await()
          .until(
              () -> {
                var found =
                    admin
                        .describeFeatures()
                        .featureMetadata()
                        .get(20, TimeUnit.SECONDS)
                        .finalizedFeatures()
                        .get(FEATURE);
                return (found == null ? 0 : found.maxVersionLevel()) == level;
              });
    }
  }

  @Test
  void storesEachRecordOnceWhileConsumersComeGoAndAreKilled() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 4)) {
      var killed = pipeline.startProcess("killed");
      for (var id = 0; id < RECORDS / 2; id++) {
        pipeline.send(id % 4, null, record(id, "x"));
      }
      TestPipeline.await().until(() -> pipeline.count() > 0);
      assertThat(pipeline.log("killed")).contains("protocol classic");
      var first = pipeline.start("first");
      TestPipeline.await().until(() -> first.health().ready().isEmpty());
      killed.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      for (var id = RECORDS / 2; id < RECORDS; id++) {
        pipeline.send(id % 4, null, record(id, "x"));
      }
      pipeline.flush();
      var second = pipeline.start("second");
      TestPipeline.await().until(() -> second.health().ready().isEmpty());
      first.stop();
      pipeline.awaitCount(RECORDS);
      assertThat(pipeline.rows("SELECT count(DISTINCT id) FROM " + pipeline.table()))
          .containsExactly(Integer.toString(RECORDS));
    }
  }

  @Test
  void commitsPositionsOfAnIdleGroup() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 2)) {
      pipeline.start("pod");
      TestPipeline.await()
          .until(() -> pipeline.committedToKafka(0) == 0 && pipeline.committedToKafka(1) == 0);
    }
  }
}
