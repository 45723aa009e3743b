package dev.acequia.operator.plan;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordHeader;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.SpecDuration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The pipeline's two topics as they should be. */
public record TopicsPlan(DesiredTopic records, DesiredTopic deadLetters) {
  /** Dead letters wait for a person, so they stay for two weeks even where records do not. */
  private static final Duration LEAST_DEAD_LETTER_RETENTION = Duration.ofDays(14);

  /**
   * One topic.
   *
   * @param mayGrow whether partitions may be added: in upsert mode keys would move, and an old
   *     value could win
   * @param settings Kafka's own names
   */
  public record DesiredTopic(
      String name,
      int partitions,
      int replicationFactor,
      boolean mayGrow,
      Map<String, String> settings) {
    public DesiredTopic {
      settings = Map.copyOf(settings);
    }
  }

  public static TopicsPlan of(PipelineNames names, DataPipelineSpec spec, PlatformConfig platform) {
    var retention = SpecDuration.parse(spec.topic().retention());
    var deadLetterRetention =
        retention.compareTo(LEAST_DEAD_LETTER_RETENTION) < 0
            ? LEAST_DEAD_LETTER_RETENTION
            : retention;
    return new TopicsPlan(
        new DesiredTopic(
            names.topic(),
            spec.topic().partitions(),
            platform.kafka().replicationFactor(),
            spec.consumer().mode() == LoadMode.APPEND,
            settings(retention, platform)),
        new DesiredTopic(
            names.deadLetterTopic(),
            1,
            platform.kafka().replicationFactor(),
            false,
            deadLetterSettings(deadLetterRetention, platform)));
  }

  public List<DesiredTopic> all() {
    return List.of(records, deadLetters);
  }

  /** A dead letter is its record and headers of ours, so it may be larger than any record. */
  private static Map<String, String> deadLetterSettings(
      Duration retention, PlatformConfig platform) {
    var settings = new TreeMap<>(settings(retention, platform));
    settings.put("max.message.bytes", Integer.toString(RecordHeader.MAX_DEAD_LETTER_BYTES));
    return settings;
  }

  /**
   * Never compaction, also in upsert mode: a topic that is compacted loses the history that a
   * replay is made of.
   */
  private static Map<String, String> settings(Duration retention, PlatformConfig platform) {
    var settings = new TreeMap<String, String>();
    settings.put("cleanup.policy", "delete");
    settings.put("retention.ms", Long.toString(retention.toMillis()));
    settings.put("min.insync.replicas", Integer.toString(platform.kafka().minInsyncReplicas()));
    // A leader that lacks records would cut the log that has been read: better no leader for a while.
    settings.put("unclean.leader.election.enable", "false");
    settings.put("message.timestamp.type", "CreateTime"); // when the record was accepted
    return settings;
  }
}
