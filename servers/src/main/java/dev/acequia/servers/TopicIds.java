package dev.acequia.servers;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Reads the ids of topics that were just created. */
public final class TopicIds {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private TopicIds() {}

  /**
   * Returns a topic's id as Kafka prints it. Retries while the broker does not know the topic: it
   * hears of a topic later than the controller that created it.
   *
   * @throws TimeoutException when the broker does not know the topic after 20 s
   */
  public static String await(Admin admin, String topic)
      throws ExecutionException, TimeoutException, InterruptedException {
    var start = System.nanoTime();
    while (true) {
      try {
        return admin
            .describeTopics(List.of(topic))
            .allTopicNames()
            .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
            .values()
            .iterator()
            .next()
            .topicId()
            .toString();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
        if (System.nanoTime() - start > LIMIT.toNanos()) {
          throw new TimeoutException("Kafka does not know the topic " + topic);
        }
        Thread.sleep(PAUSE);
      }
    }
  }
}
