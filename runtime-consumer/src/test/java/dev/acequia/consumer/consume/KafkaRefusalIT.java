package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreTraits;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.KafkaSecurity;
import dev.acequia.servers.KafkaServer;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A consumer whose log-on, or one of whose rights, a real broker refuses. */
class KafkaRefusalIT {
  private static final Duration TOLD = Duration.ofSeconds(60);
  private static final String TOPIC = "ops.flights";
  private static final String USER = "ops.flights.consumer";
  private static final Schema SCHEMA =
      new Schema(
          List.of(), List.of(new Field("id", FieldType.INT64, true, null)), UnknownFields.REJECT);

  private record Nowhere() implements StoreDefinition {
    @Override
    public String kind() {
      return "nowhere";
    }

    @Override
    public StoreTraits traits() {
      return new StoreTraits(Duration.ZERO, 1 << 20, 1, false, Duration.ofSeconds(1));
    }
  }

  @Test
  void byPassword() throws Exception {
    var folder = Ephemeral.folder("refusal-scram");
    var security = KafkaSecurity.scram(folder.resolve("security"), false);
    try (var kafka = KafkaServer.start(folder.resolve("kafka"), security);
        var admin = Admin.create(with(kafka, security.administrator()))) {
      var topicId = createTopic(admin);
      admin
          .alterUserScramCredentials(
              List.of(
                  new UserScramCredentialUpsertion(
                      USER, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), "secret")))
          .all()
          .get();
      assertThat(lastWord(kafka, security.user(USER, "wrong"), topicId))
          .contains("SaslAuthenticationException", "invalid credentials");

      var settings = security.user(USER, "secret");
      assertThat(lastWord(kafka, settings, topicId)).contains("AuthorizationException", TOPIC);

      grant(admin);
      awaitReading(kafka, settings, topicId);
    }
  }

  @Test
  void byCertificate() throws Exception {
    var folder = Ephemeral.folder("refusal-mtls");
    var security = KafkaSecurity.mutualTls(folder.resolve("security"), false);
    try (var kafka = KafkaServer.start(folder.resolve("kafka"), security);
        var admin = Admin.create(with(kafka, security.administrator()))) {
      var topicId = createTopic(admin);
      grant(admin);
      var settings = new HashMap<>(security.administrator());
      var expired = security.authority().issueExpired(USER);
      settings.put("ssl.keystore.certificate.chain", expired.chain());
      settings.put("ssl.keystore.key", expired.key());
      assertThat(lastWord(kafka, settings, topicId)).contains("SslAuthenticationException");

      var valid = security.authority().issue(USER);
      settings.put("ssl.keystore.certificate.chain", valid.chain());
      settings.put("ssl.keystore.key", valid.key());
      awaitReading(kafka, settings, topicId);
    }
  }

  @Test
  void aFailureToCloseDoesNotHideTheReason() throws Exception {
    var folder = Ephemeral.folder("refusal-close");
    var security = KafkaSecurity.scram(folder.resolve("security"), false);
    try (var kafka = KafkaServer.start(folder.resolve("kafka"), security)) {
      var settings = security.user(USER, "wrong");
      var writer =
          writer(
              method -> {
                throw new IllegalStateException("cannot " + method);
              });
      var run = start(consumer(kafka, settings, Uuid.randomUuid().toString(), writer));
      assertThatThrownBy(() -> run.get(TOLD.toSeconds(), TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(TerminationException.class)
          .satisfies(
              end ->
                  assertThat(end.getSuppressed())
                      .singleElement()
                      .satisfies(close -> assertThat(close).hasMessage("cannot close")));
    }
  }

  @Test
  void aRefusalWhileItStopsIsNoReason() throws Exception {
    var folder = Ephemeral.folder("refusal-stop");
    var security = KafkaSecurity.scram(folder.resolve("security"), false);
    try (var kafka = KafkaServer.start(folder.resolve("kafka"), security);
        var admin = Admin.create(with(kafka, security.administrator()))) {
      var topicId = createTopic(admin);
      var first = new AtomicLong();
      var asksAgain = new CountDownLatch(1);
      var mayRefuse = new CountDownLatch(1);
      var writer =
          writer(
              method -> {
                if (method.equals("close")) {
                  return;
                }
                first.compareAndSet(0, System.nanoTime());
                if (since(first).compareTo(Duration.ofSeconds(4)) > 0) {
                  asksAgain.countDown();
                  mayRefuse.await();
                }
                throw new StoreRefusedException("permission denied");
              });
      var consumer = consumer(kafka, security.administrator(), topicId, writer);
      var run = start(consumer);
      assertThat(asksAgain.await(TOLD.toSeconds(), TimeUnit.SECONDS)).isTrue();
      consumer.stop();
      // The refusals have lasted long enough to end the process.
      await().until(() -> since(first).compareTo(Duration.ofSeconds(6)) > 0);
      mayRefuse.countDown();
      run.get(TOLD.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static Duration since(AtomicLong nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos.get());
  }

  private static Map<String, Object> with(KafkaServer kafka, Map<String, String> settings) {
    var all = new HashMap<String, Object>(settings);
    all.put("bootstrap.servers", kafka.bootstrapServers());
    return all;
  }

  private static String createTopic(Admin admin) throws Exception {
    var created =
        admin.createTopics(
            List.of(new NewTopic(TOPIC, 1, (short) 1), new NewTopic(TOPIC + ".dlq", 1, (short) 1)));
    created.all().get();
    return created.topicId(TOPIC).get().toString();
  }

  private static void grant(Admin admin) throws Exception {
    admin
        .createAcls(
            Stream.of(
                    new ResourcePattern(ResourceType.TOPIC, TOPIC, PatternType.LITERAL),
                    new ResourcePattern(ResourceType.TOPIC, TOPIC + ".dlq", PatternType.LITERAL),
                    new ResourcePattern(ResourceType.GROUP, TOPIC, PatternType.LITERAL))
                .map(
                    thing ->
                        new AclBinding(
                            thing,
                            new AccessControlEntry(
                                "User:" + USER, "*", AclOperation.READ, AclPermissionType.ALLOW)))
                .toList())
        .all()
        .get();
  }

  /** What a consumer leaves for a person that ends by itself. */
  private static String lastWord(KafkaServer kafka, Map<String, String> settings, String topicId)
      throws Exception {
    var consumer = consumer(kafka, settings, topicId);
    var run = start(consumer);
    try {
      run.get(TOLD.toSeconds(), TimeUnit.SECONDS);
      throw new AssertionError("it ended as if all were well");
    } catch (java.util.concurrent.ExecutionException e) {
      if (!(e.getCause() instanceof TerminationException end)) {
        throw e;
      }
      assertThat(end.termination().reason()).isEqualTo(Termination.Reason.KafkaRefused);
      return end.termination().message();
    } finally {
      consumer.stop();
    }
  }

  /** It comes as far as asking its store, which is nowhere. */
  private static void awaitReading(KafkaServer kafka, Map<String, String> settings, String topicId)
      throws Exception {
    var consumer = consumer(kafka, settings, topicId);
    var run = start(consumer);
    await()
        .atMost(TOLD)
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> run.get(0, TimeUnit.SECONDS))
                    .rootCause()
                    .hasMessageContaining("the store was asked"));
    consumer.stop();
  }

  private static FutureTask<Void> start(PipelineConsumer consumer) {
    Callable<Void> work =
        () -> {
          consumer.run();
          return null;
        };
    var task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  private static PipelineConsumer consumer(
      KafkaServer kafka, Map<String, String> settings, String topicId) {
    return consumer(kafka, settings, topicId, nowhere());
  }

  private static PipelineConsumer consumer(
      KafkaServer kafka, Map<String, String> settings, String topicId, StoreWriter writer) {
    var all = new HashMap<>(settings);
    all.put("bootstrap.servers", kafka.bootstrapServers());
    return new PipelineConsumer(
        new PipelineDefinition(
            "ops",
            "flights",
            null,
            SCHEMA,
            new TopicDefinition(TOPIC, topicId, 1, TOPIC + ".dlq"),
            new Nowhere(),
            LoadMode.APPEND,
            1000,
            1.0,
            null),
        new KafkaConnection(all),
        List.of(writer),
        new MetricSet(new PrometheusRegistry()),
        "pod");
  }

  /** A store that answers probes and fails all else. */
  private static StoreWriter nowhere() {
    return writer(
        method -> {
          if (!List.of("probe", "close").contains(method)) {
            throw new IllegalStateException("the store was asked: " + method);
          }
        });
  }

  private interface Store {
    void asked(String method) throws Exception;
  }

  private static StoreWriter writer(Store store) {
    var batch =
        proxy(
            StoreBatch.class,
            method -> {
              Class<?> type = method.getReturnType();
              return type == int.class ? (Object) 0 : type == long.class ? 0L : null;
            });
    return proxy(
        StoreWriter.class,
        method ->
            switch (method.getName()) {
              case "newBatch" -> batch;
              case "equals" -> true; // there is one
              default -> {
                store.asked(method.getName());
                yield null;
              }
            });
  }

  private interface Answers {
    @Nullable Object to(Method method) throws Exception;
  }

  private static <T> T proxy(Class<T> type, Answers answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (_, method, _) -> answers.to(method)));
  }
}
