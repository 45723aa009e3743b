package dev.acequia.consumer.consume;

import dev.acequia.contract.TerminationException;
import dev.acequia.stores.PartitionAdvance;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that the client cannot give out at all: damaged ones, and ones that take more memory than
 * there is. What stands before them is stored, then the process ends and names them. All methods
 * are the polling thread's.
 */
final class UnreadableRecords {
  private static final Logger LOG = LoggerFactory.getLogger(UnreadableRecords.class);

  private static final Duration DROP_TIME = Duration.ofMillis(100);

  private final Consumer<ByteBuffer, ByteBuffer> consumer;
  private final Assignment assignment;
  private final CarefulReader reader;
  private final TopicWatch topic;
  private final PollBudget pollBudget;

  private record Found(int partition, CarefulReader.Gap gap) {}

  private @Nullable Found found;

  /** For each partition that is read in small parts, the offset at which that ends. */
  private final Map<Integer, Long> inParts = new HashMap<>();

  private int rounds;

  UnreadableRecords(
      Consumer<ByteBuffer, ByteBuffer> consumer,
      Assignment assignment,
      CarefulReader reader,
      TopicWatch topic,
      PollBudget pollBudget) {
    this.consumer = consumer;
    this.assignment = assignment;
    this.reader = reader;
    this.topic = topic;
    this.pollBudget = pollBudget;
  }

  /**
   * Reads again, record by record, what a poll did not give out.
   *
   * @param failure of the poll
   * @return what can be read; the rest is found out about
   */
  ConsumerRecords<ByteBuffer, ByteBuffer> readAfter(Throwable failure) {
    LOG.warn("reading record by record, since the client failed: {}", failure.toString());
    var part = readPart();
    if (!isExplained(part)) {
      rethrow(failure);
    }
    return part;
  }

  /**
   * Records that a batch ran out of memory. Its offsets are read again in small parts, because the
   * next poll may return as much.
   */
  void wereTooMuch(List<PartitionAdvance> batch) {
    batch.forEach(advance -> inParts.merge(advance.partition(), advance.to(), Math::max));
  }

  /** Whether the next read must be a small part. */
  boolean areReadInParts() {
    inParts
        .entrySet()
        .removeIf(
            part ->
                assignment
                    .of(part.getKey())
                    .filter(
                        state -> !state.isClaimed() || state.position().offset() < part.getValue())
                    .isEmpty());
    return readable().anyMatch(partition -> inParts.containsKey(partition.number()));
  }

  /** Reads a small part, record by record. */
  ConsumerRecords<ByteBuffer, ByteBuffer> readPart() {
    Map<TopicPartition, List<ConsumerRecord<ByteBuffer, ByteBuffer>>> records = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    var held = new HeldBytes();
    dropWhatIsFetched();
    var partitions = new ArrayList<>(readable().toList());
    // Those that come first read most.
    Collections.rotate(partitions, rounds++);
    for (var partition : partitions) {
      var reading = reader.read(partition.name(), partition.position(), held);
      var reached = reading.next().with("");
      consumer.seek(partition.name(), reached);
      next.put(partition.name(), reached);
      if (!reading.records().isEmpty()) {
        records.put(partition.name(), reading.records());
      }
      if (reading.gap() != null && found == null) {
        found = new Found(partition.number(), reading.gap());
      }
    }
    return new ConsumerRecords<>(records, next);
  }

  /** Whether the round made progress or found an unreadable record. */
  private boolean isExplained(ConsumerRecords<ByteBuffer, ByteBuffer> part) {
    return found != null
        || part.nextOffsets().entrySet().stream()
            .anyMatch(
                next ->
                    assignment
                        .of(next.getKey().partition())
                        .filter(state -> next.getValue().offset() > state.position().offset())
                        .isPresent());
  }

  /** Claimed partitions whose lane has room. */
  private Stream<PartitionState> readable() {
    return assignment.claimed().stream().filter(partition -> !assignment.isHeld(partition));
  }

  /**
   * Makes the client discard its buffered fetches. After an error in a record, the client silently
   * continues behind that record if the position is exactly there. A position elsewhere makes it
   * discard the fetch; the end of the log is never the failed offset.
   */
  private void dropWhatIsFetched() {
    var names = readable().map(PartitionState::name).toList();
    for (var left = names.size(); ; left--) {
      consumer.endOffsets(names).forEach(consumer::seek);
      pollBudget.begin();
      try {
        // Records that arrive meanwhile are read again.
        consumer.poll(DROP_TIME);
        return;
      } catch (ApiException | InvalidOffsetException | InterruptException e) {
        throw e;
      } catch (RuntimeException | OutOfMemoryError | LinkageError e) {
        // A new record failed; the client must still discard the other fetches.
        if (left == 0) {
          throw e; // a fetch that stays could skip its failed record
        }
      }
    }
  }

  /** Whether polling must wait until what stands before some such records is stored. */
  boolean areNext() {
    var partition = holder();
    if (partition.isEmpty()) {
      found = null; // another's now, or read again from where the store is
    }
    return partition.isPresent();
  }

  /** Why the process must end, once all before is stored. */
  Optional<TerminationException> due() {
    return holder()
        .filter(partition -> partition.stored().offset() == partition.position().offset())
        .map(partition -> topic.unreadable(partition.number(), gap()));
  }

  private CarefulReader.Gap gap() {
    if (found == null) {
      throw new IllegalStateException("nothing was found");
    }
    return found.gap();
  }

  /** The partition, while it stands right before them. */
  private Optional<PartitionState> holder() {
    var now = found;
    return now == null
        ? Optional.empty()
        : assignment
            .of(now.partition())
            .filter(
                partition ->
                    partition.isClaimed() && partition.position().offset() == now.gap().from());
  }

  private static void rethrow(Throwable failure) {
    switch (failure) {
      case RuntimeException exception -> throw exception;
      case Error error -> throw error;
      default -> throw new IllegalStateException(failure);
    }
  }
}
