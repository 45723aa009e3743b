package dev.acequia.operator.apply;

import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.plan.TopicsPlan.DesiredTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topics by Kafka's own Admin API, for a plain cluster or a managed one. Each method waits for
 * Kafka, so reconciles go through {@link BackgroundTopics}. Whose the topics are stands in Kafka,
 * and is asked before each write.
 */
public final class KafkaTopics implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KafkaTopics.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final LateAdmin admin;
  private final TopicOwners owners;
  private final Adoption adoption;
  private final @Nullable KafkaUsers users;
  private final Map<String, Facts.Topic> lastSeen = new ConcurrentHashMap<>();

  /** What was done before Kafka fell silent or something failed, for the next answer to tell. */
  private final Map<PipelineNames, List<String>> untold = new ConcurrentHashMap<>();

  /**
   * @param installation the operator's name among all on this Kafka
   * @param isNamespace whether the cluster has a namespace of this name
   */
  public KafkaTopics(
      KafkaAddress address,
      PlatformConfig.Kafka kafka,
      String installation,
      Predicate<String> isNamespace) {
    this(LateAdmin.of(address), address, kafka, installation, isNamespace);
  }

  KafkaTopics(
      LateAdmin admin,
      KafkaAddress address,
      PlatformConfig.Kafka kafka,
      String installation,
      Predicate<String> isNamespace) {
    this(
        admin,
        new TopicOwners(admin, address, kafka, installation, TopicOwners.GONE_AFTER),
        new Adoption(kafka, isNamespace),
        kafka.makesUsers() ? new KafkaUsers(admin, installation) : null);
  }

  KafkaTopics(LateAdmin admin, TopicOwners owners, Adoption adoption, @Nullable KafkaUsers users) {
    this.admin = admin;
    this.owners = owners;
    this.adoption = adoption;
    this.users = users;
  }

  /** Settings of an Admin client whose calls end in bounded time. */
  public static Map<String, Object> settings(KafkaAddress address) {
    var settings = address.settings("acequia-operator");
    settings.put("default.api.timeout.ms", (int) TIMEOUT.toMillis());
    return settings;
  }

  /**
   * Creates or changes the topics where they are the pipeline's and differ from the plan.
   *
   * @throws KafkaException when Kafka does not answer
   */
  TopicProvider.Result ensure(TopicClaimant claimant, TopicsPlan topics, Children children) {
    var changes = new ArrayList<String>();
    Optional.ofNullable(untold.remove(claimant.names())).ifPresent(changes::addAll);
    var hold = hold(claimant);
    var usersRefused = Optional.<KafkaException>empty();
    try {
      var present =
          describe(
              Stream.concat(
                      topics.all().stream().map(DesiredTopic::name), Stream.of(TopicOwners.TOPIC))
                  .toList());
      owners.seen(present.remove(TopicOwners.TOPIC));
      var own = hold.take(topics.all(), present); // all, before any is made
      usersRefused = ensureUsers(claimant, topics, changes);
      letGoOfFormer(claimant, topics, hold);
      alter(own.stream().filter(t -> present.containsKey(t.name())).toList(), hold, changes);
      for (var desired : own) {
        var actual = present.get(desired.name());
        present.put(
            desired.name(),
            actual == null ? create(desired, hold, changes) : grow(desired, actual, hold, changes));
      }
      var topic = Objects.requireNonNull(present.get(topics.records().name()));
      lastSeen.putAll(present);
      if (usersRefused.isPresent()) {
        return new TopicProvider.Result(missing(usersRefused.stream()), all(hold, changes));
      }
      if (users != null && !claimant.users().areComplete()) {
        return new TopicProvider.Result(
            new TopicState.Missing(
                "MakingKafkaUsers",
                "The topics are there. The pipeline's users of Kafka come once their passwords are in its Secrets"),
            all(hold, changes));
      }
      return new TopicProvider.Result(
          new TopicState.Present(topic, note(topics, topic, own)), all(hold, changes));
    } catch (TopicRefusal e) {
      return new TopicProvider.Result(e.state(), all(hold, changes));
    } catch (KafkaException e) {
      if (e.isSilence()) {
        untold.put(claimant.names(), all(hold, changes));
        throw e;
      }
      return new TopicProvider.Result(
          missing(Stream.concat(Stream.of(e), usersRefused.stream())), all(hold, changes));
    } catch (RuntimeException e) {
      untold.put(claimant.names(), all(hold, changes));
      throw e;
    }
  }

  /** The reason is the first one's. */
  private static TopicState missing(Stream<KafkaException> failures) {
    var all = failures.toList();
    return new TopicState.Missing(
        all.getFirst().reason,
        all.stream()
            .map(KafkaException::getMessage)
            .collect(Collectors.joining("; ", "", "; it is tried again")));
  }

  /**
   * Runs once the pipeline holds the topics. Kafka's refusal of a user holds up no topic, and its
   * refusal of a topic no user.
   *
   * @return Kafka's refusal
   */
  private Optional<KafkaException> ensureUsers(
      TopicClaimant claimant, TopicsPlan topics, List<String> changes) {
    if (users == null || !claimant.users().areComplete()) {
      return Optional.empty();
    }
    try {
      users.ensure(claimant.names(), topics, claimant.users(), changes);
      return Optional.empty();
    } catch (KafkaException e) {
      if (!e.isRefusal()) {
        throw e;
      }
      return Optional.of(e);
    }
  }

  /** What was done, also where something failed then: the next time it is done already. */
  private static List<String> all(TopicHold hold, List<String> changes) {
    return Stream.concat(hold.changes().stream(), changes.stream()).toList();
  }

  /** Deletes the topics that this very resource made or took over. */
  TopicProvider.Deletion delete(TopicClaimant claimant) {
    var usersRefused = deleteUsers(claimant);
    var claims = owners.current();
    var written = written(claimant, claims);
    var present = describe(written.keySet());
    var hold = hold(claimant);
    var left = new ArrayList<String>();
    written.forEach(
        (topic, keys) -> {
          var actual = hold.there(claims, topic, present);
          if (actual != null && hold.mayDelete(claims, topic, actual)) {
            // By id: the name may be another topic's by now.
            var deleted =
                admin
                    .get()
                    .deleteTopics(TopicCollection.ofTopicIds(List.of(Uuid.fromString(actual.id()))))
                    .all();
            ifThere(() -> change(deleted, "delete topic " + topic));
          } else if (actual != null) {
            hold.keepFormers(claims, topic, actual);
            if (hold.isLeft(claims, topic)) {
              left.add(topic);
            }
          }
          // Only when the topic is gone: who claims the name next makes a topic of it.
          owners.release(keys);
          forgetSeen(claimant, topic, keys);
        });
    return new TopicProvider.Deletion(true, left, usersRefused);
  }

  /**
   * Keeps the topics of a pipeline that is gone for the next of its name. Until then its claims
   * stay, and have the same effect within this installation.
   */
  TopicProvider.Deletion retire(TopicClaimant claimant) {
    var usersRefused = deleteUsers(claimant);
    var claims = owners.current();
    var written = written(claimant, claims);
    var present = describe(written.keySet());
    var hold = hold(claimant);
    written.forEach(
        (topic, keys) -> {
          var actual = hold.there(claims, topic, present);
          if (actual != null) {
            hold.keep(claims, topic, actual);
          }
          owners.release(keys);
          forgetSeen(claimant, topic, keys);
        });
    return new TopicProvider.Deletion(true, List.of(), usersRefused);
  }

  /**
   * Runs first: later steps may fail, and nothing else removes the users. A refusal does not pass
   * with time, so it blocks neither topics nor claims.
   *
   * @return Kafka's refusal; null when the users are gone
   */
  private @Nullable String deleteUsers(TopicClaimant claimant) {
    var refusal = users == null ? Optional.<KafkaException>empty() : users.delete(claimant.names());
    refusal.ifPresent(
        e -> log.warn("users of {} stay in Kafka: {}", claimant.names(), e.getMessage()));
    return refusal.map(KafkaException::getMessage).orElse(null);
  }

  /** What a predecessor held whose end nobody could write down, and this pipeline does not want. */
  private void letGoOfFormer(TopicClaimant claimant, TopicsPlan topics, TopicHold hold) {
    var owner = owners.owner(claimant.names());
    var wanted = topics.all().stream().map(DesiredTopic::name).toList();
    if (wanted.containsAll(owners.known().topicsOfOlder(owner, claimant.uid()))) {
      return;
    }
    var claims = owners.current();
    var written = new TreeMap<String, List<String>>();
    for (var topic : claims.topicsOfOlder(owner, claimant.uid())) {
      if (!wanted.contains(topic)) {
        written.put(topic, claims.keys(topic, owner));
      }
    }
    var present = describe(written.keySet());
    written.forEach(
        (topic, keys) -> {
          var actual = present.get(topic);
          if (actual != null) {
            hold.keepFormers(claims, topic, actual);
          }
          owners.release(keys);
        });
  }

  /** Anyone can name another pipeline's topic as adopted; only a claim shows that it was. */
  private void forgetSeen(TopicClaimant claimant, String topic, List<String> keys) {
    if (!claimant.adopts(topic) || !keys.isEmpty()) {
      lastSeen.remove(topic);
    }
  }

  /** The topics of a pipeline, and for each what was written of it up to now. */
  private Map<String, List<String>> written(TopicClaimant claimant, TopicClaims claims) {
    var owner = owners.owner(claimant.names());
    var written = new LinkedHashMap<String, List<String>>();
    Stream.concat(
            Stream.of(
                Objects.requireNonNullElse(claimant.adopted(), claimant.names().topic()),
                claimant.names().deadLetterTopic()),
            claims.topicsOf(owner).stream())
        .forEach(topic -> written.put(topic, claims.keys(topic, owner)));
    return written;
  }

  private TopicHold hold(TopicClaimant claimant) {
    return new TopicHold(owners, claimant, adoption, this::ownSettings);
  }

  /** What is set on the topic itself. */
  private Map<String, String> ownSettings(String topic) {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return Objects.requireNonNull(
            get(
                    admin.get().describeConfigs(List.of(resource)).all(),
                    "describe the settings of topic " + topic)
                .get(resource))
        .entries()
        .stream()
        .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
  }

  /** The topics among these that exist, in one request. */
  Map<String, Facts.Topic> describe(Collection<String> topics) {
    var present = new HashMap<String, Facts.Topic>();
    admin
        .get()
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (name, result) -> {
              var description = ifThere(() -> get(result, "describe topic " + name));
              if (description != null) {
                present.put(name, topic(description));
              }
            });
    return present;
  }

  /** The topic as the last reconcile left it; null when there was none. */
  Facts.@Nullable Topic lastSeen(String topic) {
    return lastSeen.get(topic);
  }

  @Override
  public void close() {
    owners.close();
    admin.close();
  }

  /** Ends what is kept of a pipeline that is gone; it does not wait for Kafka. */
  void forget(PipelineNames names) {
    lastSeen.remove(names.topic());
    lastSeen.remove(names.deadLetterTopic());
    untold.remove(names);
  }

  private Facts.Topic create(DesiredTopic desired, TopicHold hold, List<String> changes) {
    hold.confirm(desired.name());
    var created =
        admin
            .get()
            .createTopics(
                List.of(
                    new NewTopic(
                            desired.name(),
                            desired.partitions(),
                            (short) desired.replicationFactor())
                        .configs(desired.settings())));
    var what = "create topic " + desired.name();
    try {
      change(created.all(), what);
    } catch (KafkaException e) {
      var known = lastSeen.get(desired.name());
      if (e.getCause() instanceof TopicExistsException && known != null) {
        return known; // made a moment ago, and the broker that was asked has yet to hear of it
      }
      throw e;
    }
    changes.add("Created topic %s, partitions: %d".formatted(desired.name(), desired.partitions()));
    var id = get(created.topicId(desired.name()), what).toString();
    hold.made(desired.name(), id);
    return new Facts.Topic(id, desired.partitions());
  }

  private Facts.Topic grow(
      DesiredTopic desired, Facts.Topic actual, TopicHold hold, List<String> changes) {
    var known = lastSeen.get(desired.name());
    if (known != null
        && known.id().equals(actual.id())
        && known.partitions() > actual.partitions()) {
      return known; // added a moment ago, and the broker that was asked has yet to hear of it
    }
    if (!desired.mayGrow() || actual.partitions() >= desired.partitions()) {
      return actual;
    }
    hold.confirm(desired.name());
    change(
        admin
            .get()
            .createPartitions(
                Map.of(desired.name(), NewPartitions.increaseTo(desired.partitions())))
            .all(),
        "add partitions to topic " + desired.name());
    changes.add(
        "Increased the partitions of topic %s from %d to %d"
            .formatted(desired.name(), actual.partitions(), desired.partitions()));
    return new Facts.Topic(actual.id(), desired.partitions());
  }

  private void alter(List<DesiredTopic> topics, TopicHold hold, List<String> changes) {
    if (topics.isEmpty()) {
      return;
    }
    var resources =
        topics.stream()
            .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
            .toList();
    var actual = get(admin.get().describeConfigs(resources).all(), "describe the topics' settings");
    for (var topic : topics) {
      var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
      var operations = drift(topic, Objects.requireNonNull(actual.get(resource)));
      if (!operations.isEmpty()) {
        hold.confirm(topic.name());
        change(
            admin.get().incrementalAlterConfigs(Map.of(resource, operations)).all(),
            "change the settings of topic " + topic.name());
        changes.add(
            "Changed topic %s: %s"
                .formatted(
                    topic.name(),
                    String.join(
                        ", ",
                        operations.stream()
                            .map(o -> o.configEntry().name() + "=" + o.configEntry().value())
                            .toList())));
      }
    }
  }

  private static List<AlterConfigOp> drift(DesiredTopic topic, Config actual) {
    return topic.settings().entrySet().stream()
        .filter(
            wanted ->
                !wanted
                    .getValue()
                    .equals(
                        Optional.ofNullable(actual.get(wanted.getKey()))
                            .map(ConfigEntry::value)
                            .orElse(null)))
        .sorted(Map.Entry.comparingByKey())
        .map(
            wanted ->
                new AlterConfigOp(
                    new ConfigEntry(wanted.getKey(), wanted.getValue()), AlterConfigOp.OpType.SET))
        .toList();
  }

  private static @Nullable String note(
      TopicsPlan topics, Facts.Topic actual, List<DesiredTopic> own) {
    for (var topic : topics.own()) {
      if (!own.contains(topic)) {
        return "Topic %s was created by somebody else after the pipeline's own was deleted, so it is left as it is. Delete it to have the operator create it"
            .formatted(topic.name());
      }
    }
    var desired = topics.records();
    if (desired.adopted() || actual.partitions() == desired.partitions()) {
      return null;
    }
    return "Topic %s has %d partitions, not %d, and keeps them: %s"
        .formatted(
            desired.name(),
            actual.partitions(),
            desired.partitions(),
            actual.partitions() > desired.partitions()
                ? "Kafka cannot take partitions away"
                : "in upsert mode keys would move, and an old value could win");
  }

  private static Facts.Topic topic(TopicDescription description) {
    return new Facts.Topic(description.topicId().toString(), description.partitions().size());
  }

  private static <T> @Nullable T ifThere(Supplier<T> answer) {
    try {
      return answer.get();
    } catch (KafkaException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException
          || e.getCause() instanceof UnknownTopicIdException) {
        return null;
      }
      throw e;
    }
  }

  /**
   * A change of a topic that was described. The controller makes it; without one, the brokers
   * answer all the same, and this is no silence of Kafka's.
   */
  static <T> T change(KafkaFuture<T> future, String what) {
    try {
      return get(future, what);
    } catch (KafkaException e) {
      if (!e.isSilence()) {
        throw e;
      }
      // In words of its own: the client's have a time in them, and would be news each time.
      throw KafkaException.answered(
          what,
          new org.apache.kafka.common.errors.TimeoutException(
              "the brokers answer, but the controller did not within %d s"
                  .formatted(TIMEOUT.toSeconds())));
    }
  }

  static <T> T get(KafkaFuture<T> future, String what) {
    try {
      return future.get(2 * TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new KafkaException(what, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new KafkaException(what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException(what, e);
    }
  }

  /** Kafka's refusal, or its silence. */
  static final class KafkaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String REFUSED = "KafkaRefused";

    /** The broker's text of a refused request. It contains numbers that differ each time. */
    private static final Pattern REQUEST =
        Pattern.compile("Request Request\\(.*\\)", Pattern.DOTALL);

    private final String reason;
    private final boolean answered;

    KafkaException(String what, Throwable cause) {
      this(what, cause, false);
    }

    /** A failure of one partition or one broker's knowledge, while Kafka answers other calls. */
    static KafkaException answered(String what, Throwable cause) {
      return new KafkaException(what, cause, true);
    }

    private KafkaException(String what, Throwable cause, boolean answered) {
      super("Kafka did not " + what + ": " + describe(cause), cause);
      this.reason =
          cause instanceof RetriableException
                  || cause instanceof TimeoutException
                  || cause instanceof InterruptedException
                  || cause instanceof TopicExistsException
              ? "KafkaUnreachable"
              : REFUSED;
      this.answered = answered;
    }

    /** Whether Kafka gave no answer at all. */
    boolean isSilence() {
      return !answered && KafkaCalls.isSilence(getCause());
    }

    /** Whether Kafka refused, rather than failed to answer. */
    boolean isRefusal() {
      return reason.equals(REFUSED) && !isSilence();
    }

    private static String describe(Throwable cause) {
      return cause.getClass().getSimpleName()
          + (cause.getMessage() == null
              ? ""
              : ", " + REQUEST.matcher(cause.getMessage()).replaceAll("the request"));
    }
  }
}
