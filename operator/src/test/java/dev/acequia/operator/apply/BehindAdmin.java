package dev.acequia.operator.apply;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ForwardingAdmin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;

/** Asks brokers that have yet to hear of some topics. */
final class BehindAdmin extends ForwardingAdmin {
  /** The topics that they do not know. */
  final Set<String> unheardOf = ConcurrentHashMap.newKeySet();

  BehindAdmin(Map<String, Object> settings) {
    super(settings);
  }

  @Override
  public DescribeTopicsResult describeTopics(
      TopicCollection topics, DescribeTopicsOptions options) {
    var known = new HashMap<>(super.describeTopics(topics, options).topicNameValues());
    unheardOf.forEach(topic -> known.computeIfPresent(topic, (_, _) -> unknown()));
    return new Answer(known);
  }

  private static KafkaFuture<TopicDescription> unknown() {
    var future = new KafkaFutureImpl<TopicDescription>();
    future.completeExceptionally(new UnknownTopicOrPartitionException("not heard of yet"));
    return future;
  }

  private static final class Answer extends DescribeTopicsResult {
    @SuppressWarnings("NullAway") // as the client makes one by names
    Answer(Map<String, KafkaFuture<TopicDescription>> byName) {
      super(null, byName);
    }
  }
}
