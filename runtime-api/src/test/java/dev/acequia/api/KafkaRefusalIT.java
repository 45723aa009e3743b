package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.api.ingest.TopicWriter;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.Termination;
import dev.acequia.stores.StoreReader;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;

/** A real broker refuses an API's log-on or its right to write. */
class KafkaRefusalIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String TOPIC = "ops.flights";
  private static final String USER = "ops.flights.api";

  private final List<Termination> ends = new CopyOnWriteArrayList<>();

  private Readiness start(TopicWriter topic, StoreReader store) {
    var readiness = new Readiness(topic, store, Duration.ZERO, ends::add);
    readiness.onApplicationEvent(
        new ApplicationReadyEvent(
            new SpringApplication(KafkaRefusalIT.class),
            new String[0],
            new GenericApplicationContext(),
            Duration.ZERO));
    return readiness;
  }

  private static void stop(Readiness readiness) {
    readiness.onApplicationEvent(new ContextClosedEvent(new GenericApplicationContext()));
  }

  private static TopicWriter writer(SecureKafka kafka, String password) {
    return new TopicWriter(() -> new KafkaConnection(kafka.login(USER, password)), "pod", TOPIC);
  }

  @Test
  void endsBeforeItWasReady() {
    try (var kafka = SecureKafka.start("api-refusal")) {
      kafka.setPassword(USER, "secret");
      try (var topic = writer(kafka, "a wrong one")) {
        var readiness = start(topic, store(false));
        await().atMost(LIMIT).until(() -> !ends.isEmpty());
        assertThat(readiness.trouble()).isPresent();
        stop(readiness);
      }
      assertThat(ends.getFirst().reason()).isEqualTo(Termination.Reason.KafkaRefused);
      assertThat(ends.getFirst().message())
          .contains("SaslAuthenticationException", "invalid credentials");
    }
  }

  @Test
  void isNotReadyWithoutTheRightToWrite_andGetsReadyWithIt() {
    try (var kafka = SecureKafka.start("api-right")) {
      kafka.createTopic(TOPIC, 1);
      kafka.setPassword(USER, "secret");
      kafka.grant(USER, TOPIC, AclOperation.DESCRIBE);
      try (var topic = writer(kafka, "secret")) {
        var readiness = start(topic, store(true));
        await().atMost(LIMIT).until(() -> !ends.isEmpty());
        assertThat(ends.getFirst().reason()).isEqualTo(Termination.Reason.KafkaRefused);
        assertThat(ends.getFirst().message())
            .contains("TopicAuthorizationException", "lacks the right Write", TOPIC);
        assertThat(readiness.trouble().orElse("")).contains("lacks the right Write", TOPIC);

        kafka.grant(USER, TOPIC, AclOperation.WRITE);
        await().atMost(LIMIT).until(() -> readiness.trouble().isEmpty());
        stop(readiness);
      }
    }
  }

  private static StoreReader store(boolean answers) {
    return (StoreReader)
        Proxy.newProxyInstance(
            StoreReader.class.getClassLoader(),
            new Class<?>[] {StoreReader.class},
            (_, method, _) -> {
              if (answers) {
                return null; // a probe's
              }
              throw new IllegalStateException("the store was asked: " + method.getName());
            });
  }
}
