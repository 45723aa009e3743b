package dev.acequia.api.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.api.SecureKafka;
import dev.acequia.contract.KafkaConnection;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The right to write is granted late, or taken away for a while. */
class RightToWriteIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String TOPIC = "ops.flights";
  private static SecureKafka kafka;

  @BeforeAll
  static void start() {
    kafka = SecureKafka.start("api-rights");
    kafka.createTopic(TOPIC, 1);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  private static TopicWriter writer(String user) {
    kafka.setPassword(user, "secret");
    return new TopicWriter(() -> new KafkaConnection(kafka.login(user, "secret")), "pod", TOPIC);
  }

  private static boolean isDurable(TopicWriter topic) throws InterruptedException {
    var delivery = new Delivery(1);
    topic.send(delivery, 0, new byte[] {1}, new byte[] {2}, List.of());
    delivery.await();
    return delivery.durable() == 1;
  }

  @Test
  void aUserWhoMayOnlyDescribeIsRefused_andWritesOnceItMay() throws InterruptedException {
    kafka.grant("late", TOPIC, AclOperation.DESCRIBE);
    try (var topic = writer("late")) {
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThatThrownBy(topic::probe)
                      .isInstanceOf(TopicAuthorizationException.class)
                      .hasMessage("the user lacks the right Write on the topic ops.flights"));
      kafka.grant("late", TOPIC, AclOperation.WRITE);
      await().atMost(LIMIT).untilAsserted(topic::probe);
      assertThat(isDurable(topic)).isTrue();
    }
  }

  @Test
  void writesAgainWhenTheRightComesBack() throws InterruptedException {
    kafka.grant("unlucky", TOPIC, AclOperation.WRITE);
    try (var topic = writer("unlucky")) {
      await().atMost(LIMIT).until(() -> isDurable(topic));
      kafka.revoke("unlucky", TOPIC, AclOperation.WRITE);
      await().during(Duration.ofSeconds(1)).atMost(LIMIT).until(() -> !isDurable(topic));
      topic.recover();
      assertThat(isDurable(topic)).isFalse();
      kafka.grant("unlucky", TOPIC, AclOperation.WRITE);
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                topic.recover();
                return isDurable(topic);
              });
    }
  }
}
