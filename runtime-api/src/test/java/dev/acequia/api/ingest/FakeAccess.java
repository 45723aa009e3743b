package dev.acequia.api.ingest;

import dev.acequia.contract.KafkaConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** A fake access whose log-on a test changes. */
final class FakeAccess implements TopicAccess {
  /** The log-on of each producer. */
  final List<KafkaConnection> made = new ArrayList<>();

  /** How often Kafka was asked for the right to write. */
  final AtomicInteger checks = new AtomicInteger();

  volatile String password = "old";
  volatile Producer<byte[], byte[]> next;
  volatile @Nullable KafkaException refusal;

  FakeAccess(Producer<byte[], byte[]> first) {
    next = first;
  }

  static @Nullable String password(KafkaConnection logOn) {
    return logOn.settings().get("password");
  }

  @Override
  public KafkaConnection logOn() {
    return new KafkaConnection(Map.of("password", password));
  }

  @Override
  public void check(KafkaConnection logOn) {
    checks.incrementAndGet();
    if (refusal != null) {
      throw refusal;
    }
  }

  @Override
  public Producer<byte[], byte[]> producer(KafkaConnection logOn) {
    made.add(logOn);
    return next;
  }
}
