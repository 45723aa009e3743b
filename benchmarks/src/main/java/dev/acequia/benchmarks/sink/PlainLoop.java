package dev.acequia.benchmarks.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The part of a load that every loop has: reads a topic from the beginning and hands on what a poll
 * brought, until all records are stored. It takes no care of faults.
 */
final class PlainLoop {
  /** The environment variables with the loop's topic. */
  static final String BOOTSTRAP = "LOOP_BOOTSTRAP";

  static final String TOPIC = "LOOP_TOPIC";
  static final String PARTITIONS = "LOOP_PARTITIONS";
  static final String RECORDS = "LOOP_RECORDS";

  /** The file that is there when all records are stored. */
  static final String DONE = "LOOP_DONE";

  /** Whether a key's last record counts, or each record. */
  static final String UPSERTS = "LOOP_UPSERTS";

  private static final int POLLED = 5_000;

  private PlainLoop() {}

  /** What a poll brought, to be stored before the next. */
  interface Sink {
    void store(List<ConsumerRecord<byte[], byte[]>> records) throws Exception;
  }

  static String told(String name) {
    var value = System.getenv(name);
    if (value == null) {
      throw new IllegalStateException(name + " is not set");
    }
    return value;
  }

  static boolean upserts() {
    return Boolean.parseBoolean(told(UPSERTS));
  }

  /** Stores all records, says so, and waits for its end. */
  static void run(Sink sink) throws Exception {
    var partitions =
        IntStream.range(0, Integer.parseInt(told(PARTITIONS)))
            .mapToObj(partition -> new TopicPartition(told(TOPIC), partition))
            .toList();
    var left = Long.parseLong(told(RECORDS));
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of(
                "bootstrap.servers",
                told(BOOTSTRAP),
                "group.id",
                told(DONE),
                "enable.auto.commit",
                "false",
                "max.poll.records",
                POLLED),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (left > 0) {
        var polled = consumer.poll(Duration.ofMillis(200));
        var records = StreamSupport.stream(polled.spliterator(), false).toList();
        if (!records.isEmpty()) {
          sink.store(records);
          consumer.commitSync();
          left -= records.size();
        }
      }
    }
    done();
    new CountDownLatch(1).await(); // its use of CPU and memory is looked at now
  }

  private static void done() throws IOException {
    Files.createFile(Path.of(told(DONE)));
  }
}
