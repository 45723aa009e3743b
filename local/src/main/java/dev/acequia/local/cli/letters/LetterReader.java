package dev.acequia.local.cli.letters;

import dev.acequia.contract.record.RecordHeader;
import dev.acequia.local.CommandException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic of dead letters as it was when the reader was opened. Only the letters' places are
 * held in memory; what they say is read once more when it is asked for.
 */
public final class LetterReader implements AutoCloseable {
  /** A machine that is busy with a whole platform can be slow to log on. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String topic;
  private final String servers;
  private final List<TopicPartition> partitions;
  private final Map<TopicPartition, Long> ends;

  private LetterReader(KafkaConsumer<byte[], byte[]> consumer, String topic, String servers) {
    this.consumer = consumer;
    this.topic = topic;
    this.servers = servers;
    partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new CommandException(
          "Kafka at %s has no topic %s: check the pipeline's name and namespace"
              .formatted(servers, topic));
    }
    ends = consumer.endOffsets(partitions);
    consumer.assign(partitions);
  }

  /**
   * Connects.
   *
   * @param settings a Kafka client's, with bootstrap.servers
   * @throws CommandException when there is no such topic, or Kafka does not answer
   */
  public static LetterReader open(Map<String, Object> settings, String topic) {
    var all = new HashMap<>(settings);
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    all.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
    var servers = String.valueOf(settings.get("bootstrap.servers"));
    var consumer =
        new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      return new LetterReader(consumer, topic, servers);
    } catch (KafkaException e) {
      consumer.close();
      throw new CommandException("Kafka at " + servers + " does not answer: " + e.getMessage(), e);
    } catch (CommandException e) {
      consumer.close();
      throw e;
    }
  }

  /** Finds the letters that are meant. */
  public Selection select(LetterFilter filter) {
    var latest = new LinkedHashMap<Object, Selection.Entry>();
    var errorClasses = new HashMap<String, String>();
    var repeats = new long[1];
    read(
        filter.since(),
        letter -> {
          if (!filter.isInTime(letter.putAside())) {
            return;
          }
          var source = letter.source();
          var entry =
              new Selection.Entry(
                  letter.record().partition(),
                  letter.record().offset(),
                  errorClasses.computeIfAbsent(letter.errorClass(), word -> word),
                  source.orElse(null),
                  letter.text(RecordHeader.LEFT_OUT) != null);
          Object identity = source.isPresent() ? source.get() : entry;
          if (latest.put(identity, entry) != null) {
            repeats[0]++;
          }
        });
    var accepted = latest.values().stream().filter(filter::accepts).toList();
    var kept = accepted.stream().limit(filter.limit()).toList();
    return new Selection(kept, repeats[0], accepted.size() - kept.size());
  }

  /** Hands on what was selected, letter by letter. */
  public void forEach(Selection selection, Consumer<Letter> action) {
    Set<List<Long>> wanted = new HashSet<>();
    for (var entry : selection.entries()) {
      wanted.add(List.of((long) entry.partition(), entry.offset()));
    }
    read(
        Instant.MIN,
        letter -> {
          var place = List.of((long) letter.record().partition(), letter.record().offset());
          if (wanted.remove(place)) {
            action.accept(letter);
          }
        });
  }

  private void read(Instant since, Consumer<Letter> action) {
    try {
      seek(since);
      var lastHeard = System.nanoTime();
      while (partitions.stream().anyMatch(this::isBeforeEnd)) {
        var records = consumer.poll(Duration.ofMillis(250));
        if (!records.isEmpty()) {
          lastHeard = System.nanoTime();
        } else if (System.nanoTime() - lastHeard > PATIENCE.toNanos()) {
          throw new CommandException(
              "Kafka at %s has sent nothing of %s for %d s"
                  .formatted(servers, topic, PATIENCE.toSeconds()));
        }
        for (var record : records) {
          if (record.offset() < end(new TopicPartition(topic, record.partition()))) {
            action.accept(new Letter(record));
          }
        }
      }
    } catch (KafkaException e) {
      throw new CommandException(
          "the topic %s cannot be read: %s".formatted(topic, e.getMessage()), e);
    }
  }

  private void seek(Instant since) {
    consumer.seekToBeginning(partitions);
    if (since.isAfter(Instant.EPOCH)) {
      var asked = new HashMap<TopicPartition, Long>();
      partitions.forEach(partition -> asked.put(partition, since.toEpochMilli()));
      consumer
          .offsetsForTimes(asked)
          .forEach(
              (partition, found) ->
                  consumer.seek(partition, found == null ? end(partition) : found.offset()));
    }
  }

  private boolean isBeforeEnd(TopicPartition partition) {
    return consumer.position(partition) < end(partition);
  }

  private long end(TopicPartition partition) {
    return ends.getOrDefault(partition, 0L);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
