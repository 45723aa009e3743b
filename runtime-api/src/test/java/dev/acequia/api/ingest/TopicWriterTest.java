package dev.acequia.api.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TopicWriterTest {
  private static final byte[] KEY = {1};
  private static final byte[] VALUE = {2};
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private static Delivery single(TopicWriter topic) throws InterruptedException {
    return send(topic, 1);
  }

  private static Delivery send(TopicWriter topic, int records) throws InterruptedException {
    var delivery = new Delivery(records);
    for (var i = 0; i < records; i++) {
      topic.send(delivery, i, KEY, VALUE, List.of());
    }
    delivery.await();
    return delivery;
  }

  @Test
  void sendsASingleRecordWithItsKeyAndValue() throws InterruptedException {
    var kafka = new Kafka(true);
    try (var topic = new TopicWriter(new FakeAccess(kafka), "test", LIMIT, System::nanoTime)) {
      assertThat(single(topic).durable()).isEqualTo(1);
    }
    assertThat(kafka.history())
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.topic()).isEqualTo("test");
              assertThat(record.key()).isEqualTo(KEY);
              assertThat(record.value()).isEqualTo(VALUE);
            });
  }

  @Test
  void knowsThatASingleRecordNeverLeft() throws InterruptedException {
    var kafka = new Kafka(true);
    kafka.partitionsForException = new TimeoutException("no broker answers");
    try (var topic = new TopicWriter(new FakeAccess(kafka), "test", LIMIT, System::nanoTime)) {
      var delivery = single(topic);
      assertThat(delivery.failure()).hasMessage("no broker answers");
      assertThat(delivery.outcomeUnknown()).isFalse();
      assertThat(delivery.notDurable()).isEqualTo(1);
    }
  }

  @Test
  void knowsThatASingleRecordWasRefusedBeforeItLeft() throws InterruptedException {
    var kafka = new Kafka(true);
    kafka.failsAtOnce = new TimeoutException("no room in the producer's buffer");
    try (var topic = new TopicWriter(new FakeAccess(kafka), "test", LIMIT, System::nanoTime)) {
      var delivery = single(topic);
      assertThat(delivery.failure()).isSameAs(kafka.failsAtOnce);
      assertThat(delivery.outcomeUnknown()).isFalse();
    }
  }

  @Test
  void doesNotKnowWhatBecameOfASingleRecordThatLeft() throws Exception {
    var kafka = new Kafka(false);
    try (var topic = new TopicWriter(new FakeAccess(kafka), "test", LIMIT, System::nanoTime)) {
      var answer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return single(topic);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      while (!kafka.errorNext(new NotEnoughReplicasException("one broker is down"))) {
        Thread.onSpinWait();
      }
      var delivery = answer.get();
      assertThat(delivery.failure()).hasMessage("one broker is down");
      assertThat(delivery.outcomeUnknown()).isTrue();
    }
  }

  @Test
  void letsNoneWaitForRoomAfterAnotherThatWaitedInVain() throws InterruptedException {
    var kafka = new Kafka(true);
    kafka.failsAtOnce = new TimeoutException("the topic is gone");
    kafka.holdsUp = new CountDownLatch(1);
    var now = new AtomicLong();
    try (var topic = new TopicWriter(new FakeAccess(kafka), "test", LIMIT, now::get)) {
      var delivery = new Delivery(3);
      for (var i = 0; i < 3; i++) {
        assertThat(topic.send(delivery, i, KEY, VALUE, List.of())).isTrue();
      }
      now.addAndGet(LIMIT.multipliedBy(2).toNanos());
      kafka.holdsUp.countDown();
      delivery.await();
      assertThat(delivery.notDurable()).isEqualTo(3);
      assertThat(delivery.outcomeUnknown()).isFalse();
    }
    assertThat(kafka.asked).isLessThanOrEqualTo(1);
  }

  @Test
  void letsABodyOfManyLeaveAtOnce() throws InterruptedException {
    var kafka = new Kafka(true);
    try (var topic = new TopicWriter(new FakeAccess(kafka), "test", LIMIT, System::nanoTime)) {
      assertThat(send(topic, 100).durable()).isEqualTo(100);
    }
    assertThat(kafka.senders).containsExactly(Thread.currentThread());
  }

  @Test
  void goesOnAfterASendThatThrows() throws InterruptedException {
    var kafka = new Kafka(true);
    try (var topic = new TopicWriter(new FakeAccess(kafka), "test", LIMIT, System::nanoTime)) {
      kafka.sendException = new KafkaException("fenced");
      assertThat(single(topic).failure()).hasMessage("fenced");
      kafka.sendException = null;
      assertThat(single(topic).durable()).isEqualTo(1);
    }
  }

  @Test
  void takesAnotherClientAfterARefusal_withTheLogOnOfThen() throws Exception {
    var kafka = new Kafka(true);
    var access = new FakeAccess(kafka);
    try (var topic = new TopicWriter(access, "test", LIMIT, System::nanoTime, Duration.ZERO)) {
      kafka.failsAtOnce = new SaslAuthenticationException("invalid credentials");
      assertThat(single(topic).outcomeUnknown()).isFalse();
      access.password = "new";
      var next = new Kafka(true);
      access.next = next;
      topic.recover();
      assertThat(access.made).extracting(FakeAccess::password).containsExactly("old", "new");
      assertThat(single(topic).durable()).isEqualTo(1);
      assertThat(next.history()).hasSize(1);
      await().until(kafka::closed);
      topic.recover();
      assertThat(access.made).hasSize(2);
    }
  }

  @Test
  void keepsTheClientUntilKafkaAcceptsAnother() throws InterruptedException {
    var kafka = new Kafka(true);
    var access = new FakeAccess(kafka);
    try (var topic = new TopicWriter(access, "test", LIMIT, System::nanoTime)) {
      kafka.failsAtOnce = new TimeoutException("expired");
      single(topic);
      access.password = "wrong";
      access.refusal = new SaslAuthenticationException("invalid credentials");
      topic.recover();
      kafka.failsAtOnce = null;
      assertThat(single(topic).durable()).isEqualTo(1);
    }
    assertThat(access.made).hasSize(1);
  }

  @Test
  void forgetsARefusalAfterASuccess() throws InterruptedException {
    var kafka = new Kafka(true);
    var access = new FakeAccess(kafka);
    try (var topic = new TopicWriter(access, "test", LIMIT, System::nanoTime)) {
      kafka.failsAtOnce = new TopicAuthorizationException("test");
      single(topic);
      kafka.failsAtOnce = null;
      single(topic);
      access.password = "new";
      topic.recover();
      assertThat(access.made).hasSize(1);
    }
  }

  @Test
  void anotherLogOnAloneIsNoReason() throws InterruptedException {
    var access = new FakeAccess(new Kafka(true));
    try (var topic = new TopicWriter(access, "test", LIMIT, System::nanoTime)) {
      single(topic);
      access.password = "new";
      topic.recover();
    }
    assertThat(access.made).hasSize(1);
  }

  @Test
  void anOutageAloneIsNoReason() throws InterruptedException {
    var kafka = new Kafka(true);
    var access = new FakeAccess(kafka);
    try (var topic = new TopicWriter(access, "test", LIMIT, System::nanoTime)) {
      kafka.failsAtOnce = new TimeoutException("no broker answers");
      single(topic);
      topic.recover();
    }
    assertThat(access.made).hasSize(1);
  }

  @Test
  void endsARequestWithTheClientThatItBeganWith() throws InterruptedException {
    var kafka = new Kafka(true);
    var access = new FakeAccess(kafka);
    try (var topic = new TopicWriter(access, "test", LIMIT, System::nanoTime)) {
      var delivery = new Delivery(3);
      var next = swap(topic, access, kafka, delivery);
      kafka.failsAtOnce = null; // one broker refuses, and the request's other records go elsewhere
      topic.send(delivery, 1, KEY, VALUE, List.of());
      delivery.await();
      assertThat(delivery.durable()).isEqualTo(2);
      assertThat(delivery.notDurable()).isZero();
      assertThat(next.history()).isEmpty();
    }
  }

  @Test
  void aRequestThatOutlivesItsClientFails() throws InterruptedException {
    var kafka = new Kafka(true);
    var access = new FakeAccess(kafka);
    try (var topic = new TopicWriter(access, "test", LIMIT, System::nanoTime, Duration.ZERO)) {
      var delivery = new Delivery(3);
      var next = swap(topic, access, kafka, delivery);
      await().until(kafka::closed);
      topic.send(delivery, 1, KEY, VALUE, List.of());
      delivery.await();
      assertThat(delivery.durable()).isEqualTo(1);
      assertThat(delivery.notDurable()).isEqualTo(1);
      assertThat(next.history()).isEmpty();
    }
  }

  /** Sends the first record of a request, and has another client take over. */
  private static Kafka swap(TopicWriter topic, FakeAccess access, Kafka kafka, Delivery delivery)
      throws InterruptedException {
    topic.send(delivery, 0, KEY, VALUE, List.of());
    await().until(() -> kafka.history().size() == 1);
    kafka.failsAtOnce = new SaslAuthenticationException("invalid credentials");
    single(topic);
    var next = new Kafka(true);
    access.next = next;
    topic.recover();
    assertThat(access.made).hasSize(2);
    return next;
  }

  /** A store that is down brings a probe twice a second. */
  @Test
  void asksForTheRightToWriteOnceWhileKafkaAcceptsTheClient() {
    var access = new FakeAccess(new Kafka(true));
    try (var topic = new TopicWriter(access, "test", LIMIT, System::nanoTime)) {
      for (var i = 0; i < 5; i++) {
        topic.probe();
      }
    }
    assertThat(access.checks).hasValue(1);
  }

  /** The check asks any broker, and another one may refuse for a day. */
  @Test
  void replacesAClientOfTheSameLogOnLessAndLessOften() throws InterruptedException {
    var kafka = new Kafka(true);
    kafka.failsAtOnce = new SslAuthenticationException("one broker's certificate");
    var access = new FakeAccess(kafka);
    var now = new AtomicLong();
    try (var topic = new TopicWriter(access, "test", LIMIT, now::get)) {
      for (var i = 0; i < 360; i++) { // half an hour
        single(topic);
        topic.recover();
        now.addAndGet(Duration.ofSeconds(5).toNanos());
      }
      assertThat(access.made).hasSizeBetween(4, 8);
      access.password = "new";
      var before = access.made.size();
      topic.recover();
      assertThat(access.made).hasSize(before + 1);
    }
  }

  @Test
  void asksForNoRightWhereKafkaTellsOfNone() {
    assertThat(KafkaTopicAccess.mayWrite(null)).isTrue();
    assertThat(KafkaTopicAccess.mayWrite(Set.of())).isTrue();
    assertThat(KafkaTopicAccess.mayWrite(Set.of(AclOperation.DESCRIBE))).isFalse();
    assertThat(KafkaTopicAccess.mayWrite(Set.of(AclOperation.DESCRIBE, AclOperation.WRITE)))
        .isTrue();
  }

  /** A producer that can also fail within {@code send}, as the real one does. */
  private static final class Kafka extends MockProducer<byte[], byte[]> {
    private final Set<Thread> senders = new HashSet<>();
    private @Nullable KafkaException failsAtOnce;
    private CountDownLatch holdsUp = new CountDownLatch(0);
    private int asked;

    Kafka(boolean completes) {
      super(completes, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
      super.partitionsFor(topic); // which may throw
      return List.of(new PartitionInfo(topic, 0, null, null, null));
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, Callback callback) {
      senders.add(Thread.currentThread());
      asked++;
      if (failsAtOnce == null) {
        return super.send(record, callback);
      }
      try {
        holdsUp.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      callback.onCompletion(null, failsAtOnce);
      return CompletableFuture.failedFuture(failsAtOnce);
    }
  }
}
