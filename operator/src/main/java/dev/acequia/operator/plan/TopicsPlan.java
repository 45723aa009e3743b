package dev.acequia.operator.plan;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordHeader;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.SpecDuration;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The pipeline's two topics as they should be. */
public record TopicsPlan(DesiredTopic records, DesiredTopic deadLetters) {
  /** Dead letters wait for a person, so they stay for two weeks even where records do not. */
  private static final Duration LEAST_DEAD_LETTER_RETENTION = Duration.ofDays(14);

  /** A person may keep a dead letter elsewhere for a while. */
  private static final Duration LEAST_MEMORY_OF_DELETIONS = Duration.ofDays(30);

  private static final String MAX_MESSAGE_BYTES = "max.message.bytes";

  /** What is set on each topic of ours. */
  private static final Set<String> SETTINGS =
      Set.of(
          "cleanup.policy",
          "retention.ms",
          "min.insync.replicas",
          "unclean.leader.election.enable",
          "message.timestamp.type");

  /**
   * One topic.
   *
   * @param mayGrow whether partitions may be added: in upsert mode keys would move, and an old
   *     value could win
   * @param settings Kafka's own names
   * @param adopted whether it is somebody's topic, which is taken as it is: nothing else of this
   *     record holds then
   */
  public record DesiredTopic(
      String name,
      int partitions,
      int replicationFactor,
      boolean mayGrow,
      Map<String, String> settings,
      boolean adopted) {
    public DesiredTopic {
      settings = Map.copyOf(settings);
    }

    /** A topic that is taken as it is. */
    public static DesiredTopic adopted(String name) {
      return new DesiredTopic(name, 0, 0, false, Map.of(), true);
    }
  }

  public static TopicsPlan of(PipelineNames names, DataPipelineSpec spec, PlatformConfig platform) {
    var retention = SpecDuration.parse(spec.topic().retention());
    var deadLetterRetention =
        retention.compareTo(LEAST_DEAD_LETTER_RETENTION) < 0
            ? LEAST_DEAD_LETTER_RETENTION
            : retention;
    var adopted = adopted(spec);
    return new TopicsPlan(
        adopted.isPresent()
            ? DesiredTopic.adopted(adopted.get())
            : new DesiredTopic(
                names.topic(),
                spec.topic().partitions(),
                platform.kafka().replicationFactor(),
                spec.consumer().mode() == LoadMode.APPEND,
                settings(retention, platform),
                false),
        new DesiredTopic(
            names.deadLetterTopic(),
            1,
            platform.kafka().replicationFactor(),
            false,
            deadLetterSettings(deadLetterRetention, platform),
            false));
  }

  /** The topic that the pipeline takes as it is; empty when it has one of its own. */
  public static Optional<String> adopted(DataPipelineSpec spec) {
    return spec.topic().adopt() ? Optional.ofNullable(spec.topic().name()) : Optional.empty();
  }

  /** The name of the pipeline's data topic. */
  public static String records(DataPipeline pipeline) {
    return adopted(pipeline.getSpec()).orElseGet(PipelineNames.of(pipeline)::topic);
  }

  /**
   * Whether a topic has the settings that the operator gives, and no others: nobody else sets just
   * these. It tells a topic that was made a moment before a crash from somebody's.
   *
   * @param settings those that were set on the topic itself
   */
  public static boolean looksMade(Map<String, String> settings) {
    var names = new HashSet<>(settings.keySet());
    names.remove(MAX_MESSAGE_BYTES);
    return names.equals(SETTINGS) && "delete".equals(settings.get("cleanup.policy"));
  }

  /**
   * Whether a topic may have been made by the operator, of this or a former version: the operator
   * sets these on each topic, and others seldom do.
   *
   * @param settings those that were set on the topic itself
   */
  public static boolean mayBeMade(Map<String, String> settings) {
    return settings.containsKey("retention.ms") && "delete".equals(settings.get("cleanup.policy"));
  }

  /**
   * How long an upsert table must remember what was deleted: until no record that came before it
   * can be read again, as a dead letter or in a replay. Empty when that is for ever, as with an
   * adopted topic, whose retention is somebody else's to change.
   */
  public Optional<Duration> deletionsKept() {
    if (records.adopted()) {
      return Optional.empty();
    }
    var retentions =
        all().stream().map(topic -> Long.parseLong(topic.settings().get("retention.ms"))).toList();
    return retentions.stream().anyMatch(millis -> millis < 0)
        ? Optional.empty()
        : Stream.concat(
                Stream.of(LEAST_MEMORY_OF_DELETIONS), retentions.stream().map(Duration::ofMillis))
            .max(Comparator.naturalOrder());
  }

  public List<DesiredTopic> all() {
    return List.of(records, deadLetters);
  }

  /** Those that are the pipeline's to make and to change. */
  public List<DesiredTopic> own() {
    return all().stream().filter(topic -> !topic.adopted()).toList();
  }

  /** A dead letter is its record and headers of ours, so it may be larger than any record. */
  private static Map<String, String> deadLetterSettings(
      Duration retention, PlatformConfig platform) {
    var settings = new TreeMap<>(settings(retention, platform));
    settings.put(MAX_MESSAGE_BYTES, Integer.toString(RecordHeader.MAX_DEAD_LETTER_BYTES));
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
    // A leader that lacks records would cut the log that has been read: better no leader for a
    // while.
    settings.put("unclean.leader.election.enable", "false");
    settings.put("message.timestamp.type", "CreateTime"); // when the record was accepted
    return settings;
  }
}
