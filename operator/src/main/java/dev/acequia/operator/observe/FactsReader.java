package dev.acequia.operator.observe;

import dev.acequia.contract.Fingerprint;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.operator.kafka.KafkaSecret;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.KafkaCredentials;
import dev.acequia.operator.plan.KafkaCredentials.Mechanism;
import dev.acequia.operator.plan.KafkaCredentials.Password;
import dev.acequia.operator.plan.KafkaCredentials.Tls;
import dev.acequia.operator.plan.KafkaLogins;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.Release;
import dev.acequia.operator.plan.UserPasswords;
import dev.acequia.operator.store.StorePlan;
import dev.acequia.operator.store.StorePlan.FurtherSecret;
import dev.acequia.operator.store.StorePlan.Purpose;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what a plan has to know. */
public final class FactsReader {
  private static final String DEFINITION_KEY = "pipeline.json";

  private final KubernetesClient client;
  private final PlatformConfig.Kafka kafka;
  private final Supplier<Optional<KafkaCredentials>> operatorsOwn;
  private final Supplier<String> passwords;
  private final @Nullable String installation;

  /**
   * The passwords that Kafka has, by pipeline. A person deletes a Secret to get a new password.
   * Pods that start before Kafka accepts it need the former one.
   */
  private final Map<PipelineNames, Taken> taken = new ConcurrentHashMap<>();

  private record Taken(String uid, UserPasswords passwords) {}

  /**
   * @param kafka how pipelines log on to it
   * @param operatorsOwn what the operator itself logs on to Kafka with
   * @param passwords where a new role's or user's password comes from
   * @param installation the operator's name, by which its roles have theirs
   */
  public FactsReader(
      KubernetesClient client,
      PlatformConfig.Kafka kafka,
      Supplier<Optional<KafkaCredentials>> operatorsOwn,
      Supplier<String> passwords,
      @Nullable String installation) {
    this.client = client;
    this.kafka = kafka;
    this.operatorsOwn = operatorsOwn;
    this.passwords = passwords;
    this.installation = installation;
  }

  /**
   * The facts, and what the spec refers to in vain.
   *
   * @param knownTopic the topic that the newest migration knows, or else what runs
   * @param missing each a sentence for a person
   */
  public record Reading(Facts facts, Facts.@Nullable Topic knownTopic, List<String> missing) {}

  /**
   * Reads the facts for one plan.
   *
   * @param users the passwords that the topics' provider was given
   * @param kafkaCredentials what the topics' provider says the Pods log on with
   */
  public Reading read(
      DataPipeline pipeline,
      Children children,
      TopicState topic,
      UserPasswords users,
      Optional<KafkaCredentials> kafkaCredentials) {
    return new Read(pipeline, children, topic, users, kafkaCredentials, new ArrayList<>())
        .reading();
  }

  /** Ends what is kept of a pipeline that is gone. */
  public void forget(PipelineNames names) {
    taken.remove(names);
  }

  private final class Read {
    private final DataPipeline pipeline;
    private final PipelineNames names;
    private final StorePlan plan;
    private final Children children;
    private final TopicState topic;
    private final UserPasswords users;
    private final Optional<KafkaCredentials> kafkaCredentials;
    private final List<String> missing;
    private final Map<List<FurtherSecret>, Optional<String>> further = new HashMap<>();

    Read(
        DataPipeline pipeline,
        Children children,
        TopicState topic,
        UserPasswords users,
        Optional<KafkaCredentials> kafkaCredentials,
        List<String> missing) {
      this.pipeline = pipeline;
      this.names = PipelineNames.of(pipeline);
      this.plan = StorePlan.of(pipeline);
      this.children = children;
      this.topic = topic;
      this.users = users;
      this.kafkaCredentials = kafkaCredentials;
      this.missing = missing;
    }

    Reading reading() {
      var store = store();
      var live = live(names.consumerDeployment());
      var knownTopic = lastKnownTopic(live);
      var facts =
          new Facts(
              pipeline.getMetadata().getUid(),
              topic.found().or(() -> knownTopic).orElse(null),
              store,
              login(Purpose.WRITER, plan.readyWriter(), names.writerSecret(), store),
              login(Purpose.READER, plan.readyReader(), names.readerSecret(), store),
              kafka(),
              children.jobs().stream()
                  .filter(MigrationJobs::succeeded)
                  .map(job -> job.getMetadata().getName())
                  .collect(Collectors.toSet()),
              live.orElse(null),
              live(names.apiDeployment()).orElse(null),
              new Facts.Replays(List.copyOf(children.replays()), endedReplay()));
      return new Reading(facts, knownTopic.orElse(null), missing);
    }

    private Facts.@Nullable StoreSecret store() {
      var secret = plan.secret();
      var values = secret == null ? Optional.of(SecretValues.NONE) : given(secret);
      return values
          .map(SecretValues::store)
          .flatMap(
              store ->
                  further(Purpose.WRITER)
                      .map(more -> new Facts.StoreSecret(store.uri(), joined(store.hash(), more))))
          .orElse(null);
    }

    /**
     * While Kafka does not answer, the pipeline goes on with the topic it has. That is the newest
     * migration's: by what runs until it succeeds, a migration would be made for a former topic.
     */
    private Optional<Facts.Topic> lastKnownTopic(Optional<Release> live) {
      return Optional.ofNullable(pipeline.getStatus())
          .map(DataPipelineStatus::migration)
          .flatMap(newest -> children.job(newest.job()))
          .flatMap(Release::definitionOf)
          .flatMap(this::topic)
          .or(() -> live.map(Release::definition).flatMap(this::topic));
    }

    private Optional<Facts.Topic> topic(String definition) {
      return children.definitions().stream()
          .filter(map -> map.getMetadata().getName().equals(definition))
          .findFirst()
          .map(map -> map.getData().get(DEFINITION_KEY))
          .filter(json -> names.definition(json).equals(definition))
          .flatMap(Read::topicOf);
    }

    /** Empty for a definition of another operator's that this one cannot read. */
    private static Optional<Facts.Topic> topicOf(String json) {
      try {
        var topic = PipelineDefinition.fromJson(json).topic();
        return Optional.of(new Facts.Topic(topic.id(), topic.partitions()));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    private @Nullable KafkaLogins kafka() {
      if (!kafka.logsOn()) {
        return null;
      }
      if (kafka.makesUsers()) {
        return madeLogins();
      }
      return (kafka.takesOwnUsers() ? ownCredentials() : strimziCredentials())
          .map(KafkaLogins::ofAll)
          .orElse(null);
    }

    /** Kafka knows them once the topics' provider has told it of just these passwords. */
    private @Nullable KafkaLogins madeLogins() {
      var uid = pipeline.getMetadata().getUid();
      var areTaken = topic instanceof TopicState.Present && users.areComplete();
      var known = known(uid, areTaken);
      return operatorsOwn
          .get()
          .map(
              own ->
                  new KafkaLogins(
                      made(Component.CONSUMER, areTaken, known, own),
                      made(Component.API, areTaken, known, own),
                      areTaken))
          .orElse(null);
    }

    private UserPasswords known(String uid, boolean areTaken) {
      return Objects.requireNonNull(
              taken.compute(
                  names,
                  (_, former) ->
                      areTaken
                          ? new Taken(uid, users.settled())
                          : former != null && former.uid().equals(uid)
                              ? former
                              : new Taken(uid, users)))
          .passwords();
    }

    private KafkaLogins.Login made(
        Component role, boolean areTaken, UserPasswords known, KafkaCredentials own) {
      var user = users.of(role);
      var wished = user.wished();
      if (areTaken) {
        return login(wished, Optional.empty(), user, own);
      }
      if (wished.isPresent()) {
        return login(
            Optional.ofNullable(user.taken()), Optional.ofNullable(user.next()), user, own);
      }
      var next =
          new Password(
              Mechanism.SCRAM_SHA_512, names.kafkaUser(role, installation), passwords.get());
      return login(Optional.ofNullable(known.of(role).taken()), Optional.of(next), user, own);
    }

    /** Encrypted as the operator's own connections are, which go to the same brokers. */
    private static KafkaLogins.Login login(
        Optional<Password> mounted,
        Optional<Password> next,
        UserPasswords.OfUser user,
        KafkaCredentials own) {
      var tls = own.tls() == null ? null : new Tls(own.tls().authority(), null);
      return new KafkaLogins.Login(
          mounted.map(password -> new KafkaCredentials(tls, password)).orElse(null),
          next.map(password -> new KafkaCredentials(tls, password)).orElse(null),
          user.secret());
    }

    /** Of the Secret that the spec names. */
    private Optional<KafkaCredentials> ownCredentials() {
      var name = pipeline.getSpec().topic().kafkaSecretName();
      return name == null
          ? lacksName()
          : ForeignReads.judge(
              names.namespace(),
              ForeignObject.of(client, Secret.class, names.namespace(), name),
              secret -> ownCredentials(name, secret));
    }

    /** What runs goes on, so that a platform can begin to ask for it. */
    private Optional<KafkaCredentials> lacksName() {
      missing.add(
          "spec.topic.kafkaSecretName is missing: this platform's Kafka asks for a log-on. Name a Secret in namespace %s that has one"
              .formatted(names.namespace()));
      return Optional.empty();
    }

    private Optional<KafkaCredentials> ownCredentials(String name, Optional<Secret> secret) {
      if (secret.isEmpty()) {
        missing.add(
            "Secret '%s' does not exist in namespace %s: create it with the pipeline's log-on to Kafka"
                .formatted(name, names.namespace()));
        return Optional.empty();
      }
      var values = new HashMap<String, String>();
      for (var key : KafkaSecret.KEYS) {
        secret.flatMap(found -> SecretValues.value(found, key)).ifPresent(v -> values.put(key, v));
      }
      try {
        return Optional.of(KafkaSecret.of(values));
      } catch (IllegalArgumentException e) {
        missing.add("Secret '%s' is no log-on to Kafka: %s".formatted(name, e.getMessage()));
        return Optional.empty();
      }
    }

    /** While Strimzi's Secret is away; whoever writes Secrets here could have written this one. */
    private Optional<KafkaCredentials> strimziCredentials() {
      return kafkaCredentials.or(
          () ->
              children
                  .secret(names.kafkaSecret())
                  .flatMap(secret -> SecretValues.value(secret, KafkaUserSecrets.FILE))
                  .flatMap(KafkaSecret::parse)
                  .filter(copied -> copied.isScramOf(names.kafkaUser())));
    }

    private @Nullable String endedReplay() {
      return children
          .deployment(names.consumerDeployment())
          .map(deployment -> deployment.getMetadata().getAnnotations())
          .map(annotations -> annotations.get(PipelineNames.REPLAY_ENDED_ANNOTATION))
          .orElse(null);
    }

    private Optional<Release> live(String deployment) {
      return children
          .deployment(deployment)
          .filter(live -> !live.isMarkedForDeletion())
          .flatMap(Release::of);
    }

    private Facts.@Nullable Login login(
        Purpose purpose,
        @Nullable String givenSecret,
        String generatedSecret,
        Facts.@Nullable StoreSecret store) {
      var login =
          plan.hasRoles()
              ? ownLogin(purpose, givenSecret, generatedSecret, store)
              : store == null ? null : new Facts.Login("", "", store.hash());
      return login == null
          ? null
          : further(purpose)
              .map(
                  more ->
                      new Facts.Login(
                          login.username(), login.password(), joined(login.hash(), more)))
              .orElse(null);
    }

    /** The hash of a login whose process reads no more Secrets is the login's own. */
    private static String joined(String hash, String more) {
      return more.isEmpty() ? hash : Fingerprint.of(hash, more);
    }

    /** The hash of what a process reads beside its login; empty while some of it is missing. */
    private Optional<String> further(Purpose purpose) {
      return further.computeIfAbsent(plan.furtherSecrets(purpose), this::hash);
    }

    /** Reads each Secret once: other pipelines wait for the same turn. */
    private Optional<String> hash(List<FurtherSecret> wanted) {
      var values = new HashMap<FurtherSecret, String>();
      wanted.stream()
          .collect(Collectors.groupingBy(FurtherSecret::secret))
          .forEach(
              (secret, keys) ->
                  ForeignReads.judge(
                      names.namespace(),
                      ForeignObject.of(client, Secret.class, names.namespace(), secret),
                      found -> {
                        keys.forEach(
                            key ->
                                found
                                    .flatMap(one -> SecretValues.value(one, key.key()))
                                    .ifPresent(value -> values.put(key, value)));
                        return keys;
                      }));
      var hash = "";
      for (var one : wanted) {
        var value = values.get(one);
        if (value == null) {
          missing.add(
              "Secret '%s' in namespace %s is absent or lacks the key %s: create it with that key"
                  .formatted(one.secret(), names.namespace(), one.key()));
          return Optional.empty();
        }
        hash = Fingerprint.of(hash, value);
      }
      return Optional.of(hash);
    }

    private Facts.@Nullable Login ownLogin(
        Purpose purpose,
        @Nullable String givenSecret,
        String generatedSecret,
        Facts.@Nullable StoreSecret store) {
      if (givenSecret != null) {
        return given(givenSecret).map(SecretValues::login).orElse(null);
      }
      if (store == null) {
        return null;
      }
      var known =
          children
              .secret(generatedSecret)
              .flatMap(
                  secret ->
                      SecretValues.value(secret, "username")
                          .flatMap(
                              username ->
                                  SecretValues.value(secret, "password")
                                      .map(
                                          password -> generated(username, password, store.uri()))));
      return known.orElseGet(
          () ->
              generated(
                  plan.login(purpose, store.uri(), installation), passwords.get(), store.uri()));
    }

    private static Facts.Login generated(String username, String password, String uri) {
      return new Facts.Login(username, password, Fingerprint.of(uri, username, password));
    }

    /** A Secret that the user made. */
    private Optional<SecretValues> given(String name) {
      return ForeignReads.judge(
          names.namespace(),
          ForeignObject.of(client, Secret.class, names.namespace(), name),
          secret -> given(name, secret));
    }

    private Optional<SecretValues> given(String name, Optional<Secret> secret) {
      var keys = keys();
      if (secret.isEmpty()) {
        missing.add(
            "Secret '%s' does not exist in namespace %s: create it with the keys %s"
                .formatted(name, names.namespace(), keys));
        return Optional.empty();
      }
      var values = secret.flatMap(found -> SecretValues.of(found, plan.secretKeys()));
      if (values.isEmpty()) {
        missing.add("Secret '%s' lacks one of the keys %s: add it".formatted(name, keys));
      }
      return values;
    }

    private String keys() {
      return plan.secretKeys().contains("uri")
          ? "uri, username and password"
          : "username and password";
    }
  }
}
