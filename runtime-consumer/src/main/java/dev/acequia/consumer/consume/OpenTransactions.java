package dev.acequia.consumer.consume;

import dev.acequia.consumer.consume.ConsumerMetrics.Lag;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of records behind a transaction that stays open. They cannot be read yet, so that the
 * client sees no lag, and without a word the table would stand still. All methods are the polling
 * thread's.
 */
final class OpenTransactions {
  private static final Logger LOG = LoggerFactory.getLogger(OpenTransactions.class);

  /** A transaction that is open for two looks is worth a word. */
  private static final Duration EVERY = Duration.ofSeconds(10);

  /** Repeats the warning, so that the last hours of a log still show it. */
  private static final Duration SAY_EVERY = Duration.ofMinutes(5);

  private final Consumer<?, ?> consumer;
  private final TopicWatch topic;
  private final Timer timer = new Timer(EVERY);
  private final Timer sayTimer = new Timer(SAY_EVERY);
  private @Nullable KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> asked;

  /** Where the partitions that were held back at the last look stood, by their number. */
  private Map<Integer, Long> positions = Map.of();

  /** Records that are held back, by partition. */
  private final Map<Integer, Long> held = new HashMap<>();

  OpenTransactions(Consumer<?, ?> consumer, TopicWatch topic) {
    this.consumer = consumer;
    this.topic = topic;
  }

  /** The partitions' lags, with what is held back. */
  List<Lag> addTo(List<Lag> lags, List<PartitionState> claimed) throws InterruptedException {
    if (asked != null && asked.isDone()) {
      look(asked, claimed);
      asked = null;
    }
    if (asked == null && timer.isDue() && !claimed.isEmpty()) {
      asked = topic.askEnds(claimed.stream().map(PartitionState::number).toList());
    }
    return held.isEmpty()
        ? lags
        : lags.stream()
            .map(
                lag ->
                    new Lag(
                        lag.partition(),
                        Math.max(lag.records(), held.getOrDefault(lag.partition(), 0L))))
            .toList();
  }

  private void look(
      KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> answer, List<PartitionState> claimed)
      throws InterruptedException {
    Map<TopicPartition, ListOffsetsResultInfo> ends;
    try {
      ends = answer.get();
    } catch (ExecutionException unknown) {
      return; // asked again soon
    }
    var now = new HashMap<Integer, Long>();
    var saysAgain = !held.isEmpty() && sayTimer.isDue();
    for (var partition : claimed) {
      var end = ends.get(partition.name());
      var position = partition.position().offset();
      var waiting = end == null ? 0 : end.offset() - position;
      if (waiting > 0 && consumer.currentLag(partition.name()).orElse(1) == 0) {
        now.put(partition.number(), position);
        if (Long.valueOf(position).equals(positions.get(partition.number()))
            && (held.put(partition.number(), waiting) == null || saysAgain)) {
          LOG.warn(
              "partition {}: a transaction that is open keeps {} records from offset {} on from"
                  + " being read; when its producer is gone, kafka-transactions.sh find-hanging and"
                  + " abort end it",
              partition.number(),
              waiting,
              position);
        }
      }
    }
    held.keySet().retainAll(now.keySet());
    positions = now;
  }
}
