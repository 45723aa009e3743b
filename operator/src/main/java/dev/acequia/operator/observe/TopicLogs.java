package dev.acequia.operator.observe;

import dev.acequia.contract.ReplayMark;
import dev.acequia.crds.DataPipelineReplaySpec;
import dev.acequia.crds.ReplayTime;
import dev.acequia.operator.kafka.CallKey;
import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.kafka.Urgency;
import dev.acequia.operator.plan.KafkaCredentials;
import dev.acequia.operator.plan.LogFacts;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a pipeline's log and the offsets of its consumers from Kafka, whoever makes the topics.
 * With Strimzi's users the log-on is the pipeline's own, whose rights suffice: the operator has
 * none.
 */
public final class TopicLogs implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TopicLogs.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final KafkaAddress address;
  private final boolean asThePipeline;
  private final Function<PipelineNames, Optional<KafkaCredentials>> credentials;
  private final KafkaCalls calls;
  private final Function<Map<String, Object>, Admin> admins;
  private final Map<CallKey, Asked> asked = new ConcurrentHashMap<>();
  private @Nullable Admin shared;
  private String sharedFor = "";

  /**
   * Connects when first asked.
   *
   * @param credentials what a pipeline logs on with, from where Strimzi keeps it. What a Secret of
   *     the pipeline's own namespace says can be anybody's, and a setting of Kafka's client can
   *     name classes, files and other servers
   */
  public TopicLogs(
      KafkaAddress address,
      PlatformConfig.Kafka kafka,
      Function<PipelineNames, Optional<KafkaCredentials>> credentials,
      KafkaCalls calls) {
    this(address, kafka, credentials, calls, Admin::create);
  }

  TopicLogs(
      KafkaAddress address,
      PlatformConfig.Kafka kafka,
      Function<PipelineNames, Optional<KafkaCredentials>> credentials,
      KafkaCalls calls,
      Function<Map<String, Object>, Admin> admins) {
    this.credentials = credentials;
    this.calls = calls;
    this.admins = admins;
    this.address = address;
    asThePipeline = kafka.topicProvider() == PlatformConfig.TopicProvider.STRIMZI && kafka.logsOn();
  }

  /** What was read. */
  public sealed interface Reading {
    /** Kafka's answer. */
    record Found(LogFacts log) implements Reading {}

    /**
     * Kafka gave none.
     *
     * @param message why, for a person
     */
    record Unreadable(String message) implements Reading {}
  }

  /**
   * What a replay has to know.
   *
   * @param replay its name, in the namespace of its pipeline
   * @param names of its pipeline
   * @param topic of the pipeline's records
   * @param withTimes whether the offsets at the replay's times are wanted
   */
  public record Question(
      String replay,
      String replayUid,
      PipelineNames names,
      String topic,
      DataPipelineReplaySpec spec,
      boolean withTimes) {

    private CallKey key() {
      return TopicLogs.key(names.namespace(), replay, withTimes);
    }
  }

  /**
   * The answer that has come since the last call. Without one Kafka is asked, and nothing waits for
   * it.
   *
   * @param answered is run when there is an answer to be taken
   */
  public Optional<Reading> read(Question question, Runnable answered) {
    var key = question.key();
    var last = asked.get(key);
    var answer = last != null && last.isBy(question) ? last.answer() : null;
    if (answer != null) {
      asked.remove(key);
      return Optional.of(answer);
    }
    asked.put(key, new Asked(question.replayUid(), null));
    calls.submit(
        key,
        question.withTimes() ? Urgency.FIRST_ANSWER : Urgency.LOOK_AGAIN,
        () -> isRead(question, answered));
    return calls
        .silentSince()
        .map(since -> since.truncatedTo(ChronoUnit.SECONDS))
        .map(since -> new Reading.Unreadable("Kafka has not answered since " + since));
  }

  /** Ends what is kept of a replay that is gone, and asks no more for it. */
  public void forget(String namespace, String replay) {
    for (var withTimes : List.of(true, false)) {
      var key = key(namespace, replay, withTimes);
      asked.remove(key);
      calls.cancel(key);
    }
  }

  private static CallKey key(String namespace, String replay, boolean withTimes) {
    return new CallKey(namespace, new Subject(replay, withTimes));
  }

  private record Subject(String replay, boolean withTimes) {}

  /**
   * A question of a replay.
   *
   * @param answer null until Kafka has answered
   */
  private record Asked(String replayUid, @Nullable Reading answer) {
    boolean isBy(Question question) {
      return replayUid.equals(question.replayUid());
    }
  }

  private boolean isRead(Question question, Runnable answered) {
    var reading = look(question);
    reading.ifPresent(
        found -> {
          asked.computeIfPresent( // it may have gone meanwhile
              question.key(),
              (_, last) -> last.isBy(question) ? new Asked(question.replayUid(), found) : last);
          answered.run();
        });
    return reading.isPresent();
  }

  /** Empty when Kafka does not answer. */
  private Optional<Reading> look(Question question) {
    var names = question.names();
    try {
      if (!asThePipeline) {
        return Optional.of(found(shared(), question));
      }
      var settings = settingsOf(names);
      if (settings.isEmpty()) {
        return unreadable(
            "The Secret of KafkaUser '%s' with the pipeline's log-on to Kafka is not there yet"
                .formatted(names.kafkaUser()));
      }
      try (var own = admins.apply(settings.get())) {
        return Optional.of(found(own, question));
      }
    } catch (ExecutionException e) {
      return KafkaCalls.isSilence(e.getCause())
          ? Optional.empty()
          : unreadable(
              "Kafka did not tell of topic %s: %s".formatted(question.topic(), e.getCause()));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (KafkaException e) { // no client could be made
      return KafkaCalls.isSilence(e.getCause())
          ? Optional.empty()
          : unreadable("Kafka cannot be asked: " + e.getMessage());
    } catch (KubernetesClientException e) {
      return unreadable("The pipeline's log-on to Kafka cannot be read: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unreadable("the operator is ending");
    } catch (RuntimeException e) { // nobody else would tell the replay, and it would wait
      log.error("replay {} of {} was not looked after", question.replay(), names, e);
      return unreadable("The look at topic %s failed: %s".formatted(question.topic(), e));
    }
  }

  /** Once Kafka has described the topic, it is not silent: what fails then is a partition's. */
  private static Reading found(Admin admin, Question question)
      throws ExecutionException, TimeoutException, InterruptedException {
    var look = new Look(admin, question.topic(), question.names().consumerGroup());
    var description = look.describe();
    try {
      return new Reading.Found(look.log(description, question.spec(), question.withTimes()));
    } catch (ExecutionException e) {
      if (!KafkaCalls.isSilence(e.getCause())) {
        throw e;
      }
      return unserved(question);
    } catch (TimeoutException e) {
      return unserved(question);
    }
  }

  /** The exception's words have a time in them, and would change the status with each try. */
  private static Reading unserved(Question question) {
    return new Reading.Unreadable(
        "Kafka answers, but not within %d s for each partition of topic %s or for the offsets of group %s. Check that each partition has a leader"
            .formatted(TIMEOUT.toSeconds(), question.topic(), question.names().consumerGroup()));
  }

  private static Optional<Reading> unreadable(String message) {
    return Optional.of(new Reading.Unreadable(message));
  }

  @Override
  public synchronized void close() {
    if (shared != null) {
      shared.close(Duration.ofSeconds(1));
      shared = null;
    }
  }

  private synchronized Admin shared() {
    var version = address.version();
    if (shared != null && !version.equals(sharedFor)) {
      var former = shared;
      shared = null;
      Thread.ofVirtual().start(() -> former.close(TIMEOUT));
    }
    if (shared == null) {
      sharedFor = version;
      shared = admins.apply(settings());
    }
    return shared;
  }

  private Map<String, Object> settings() {
    var settings = address.settings("acequia-operator-replays");
    settings.put("default.api.timeout.ms", (int) TIMEOUT.toMillis());
    return settings;
  }

  private Optional<Map<String, Object>> settingsOf(PipelineNames names) {
    return credentials
        .apply(names)
        .map(
            known -> {
              var settings = new HashMap<String, Object>(known.settings());
              settings.putAll(settings());
              return settings;
            });
  }

  /** One look at one topic. */
  private record Look(Admin admin, String topic, String group) {

    LogFacts log(TopicDescription description, DataPipelineReplaySpec spec, boolean withTimes)
        throws ExecutionException, TimeoutException, InterruptedException {
      var partitions = description.partitions().stream().map(one -> one.partition()).toList();
      var beginnings = offsets(partitions, OffsetSpec.earliest());
      var ends = offsets(partitions, OffsetSpec.latest());
      var froms = withTimes ? at(partitions, spec.from().time()) : Map.<Integer, Long>of();
      var tos =
          withTimes && spec.to() != null
              ? at(partitions, spec.to().time())
              : Map.<Integer, Long>of();
      var committed = committed();
      var found = new TreeMap<Integer, LogFacts.Partition>();
      for (var partition : partitions) {
        var own = committed.get(new TopicPartition(topic, partition));
        found.put(
            partition,
            new LogFacts.Partition(
                Objects.requireNonNull(beginnings.get(partition)),
                Objects.requireNonNull(ends.get(partition)),
                own == null ? null : own.offset(),
                own == null ? null : ReplayMark.parse(own.metadata()).orElse(null),
                orEnd(froms, ends, partition),
                orEnd(tos, ends, partition)));
      }
      return new LogFacts(description.topicId().toString(), found);
    }

    /** Kafka answers -1 where no record is as late. */
    private static @Nullable Long orEnd(
        Map<Integer, Long> times, Map<Integer, Long> ends, int partition) {
      var found = times.get(partition);
      return found != null && found < 0 ? ends.get(partition) : found;
    }

    private TopicDescription describe()
        throws ExecutionException, TimeoutException, InterruptedException {
      return get(admin.describeTopics(List.of(topic)).allTopicNames()).values().iterator().next();
    }

    private Map<TopicPartition, OffsetAndMetadata> committed()
        throws ExecutionException, TimeoutException, InterruptedException {
      return get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    }

    private Map<Integer, Long> at(Collection<Integer> partitions, @Nullable String time)
        throws ExecutionException, TimeoutException, InterruptedException {
      if (time == null) {
        return Map.of();
      }
      // Records carry whole milliseconds: the first that is not before the time.
      var millis = ReplayTime.parse(time).plusNanos(999_999).toEpochMilli();
      return offsets(partitions, OffsetSpec.forTimestamp(millis));
    }

    private Map<Integer, Long> offsets(Collection<Integer> partitions, OffsetSpec spec)
        throws ExecutionException, TimeoutException, InterruptedException {
      var asked = new HashMap<TopicPartition, OffsetSpec>();
      partitions.forEach(partition -> asked.put(new TopicPartition(topic, partition), spec));
      var found = new HashMap<Integer, Long>();
      get(admin.listOffsets(asked).all())
          .forEach((name, result) -> found.put(name.partition(), result.offset()));
      return found;
    }

    private static <T> T get(KafkaFuture<T> future)
        throws ExecutionException, TimeoutException, InterruptedException {
      return future.get(2 * TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
