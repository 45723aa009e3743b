package dev.acequia.consumer.consume;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.TopicDefinition;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Asks Kafka which topic it is that is being read, and what its log holds. Ids never come back, so
 * one that is still there after a batch was polled vouches for the batch.
 */
final class TopicWatch implements AutoCloseable {
  private static final int TIMEOUT_SECONDS = 15;

  private final PipelineDefinition definition;
  private final Admin admin;

  /** The offsets that can be read. */
  record LogRange(long beginning, long end) {
    boolean contains(long nextOffset) {
      return nextOffset >= beginning && nextOffset <= end;
    }
  }

  TopicWatch(PipelineDefinition definition, Admin admin) {
    this.definition = definition;
    this.admin = admin;
  }

  /**
   * Whether the brokers have finalized the group protocol of KIP-848: a client that asks for it
   * elsewhere fails instead of falling back.
   */
  boolean hasNewGroupProtocol() throws ExecutionException, TimeoutException, InterruptedException {
    var version =
        admin
            .describeFeatures()
            .featureMetadata()
            .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .finalizedFeatures()
            .get("group.version");
    return version != null && version.maxVersionLevel() >= 1;
  }

  /** Begins to ask for the topic's id. */
  KafkaFuture<Map<String, TopicDescription>> ask() {
    return admin.describeTopics(List.of(definition.topic().name())).allTopicNames();
  }

  /**
   * Waits for the answer.
   *
   * @throws TerminationException when it is another topic than the definition's
   */
  void verify(KafkaFuture<Map<String, TopicDescription>> asked)
      throws TerminationException, ExecutionException, TimeoutException, InterruptedException {
    for (var found : asked.get(TIMEOUT_SECONDS, TimeUnit.SECONDS).values()) {
      if (!TopicDefinition.uuid(found.topicId().toString()).equals(definition.topic().uuid())) {
        throw new TerminationException(
            Termination.Reason.TopicRecreated,
            "Topic %s was deleted and created again: its id is %s, the stored offsets belong to %s. Nothing was skipped. To go on with the new topic, run: %s"
                .formatted(
                    definition.topic().name(),
                    found.topicId(),
                    definition.topic().id(),
                    wayOut("--to earliest|latest")));
      }
    }
  }

  /** Begins to ask where the partitions' logs end, open transactions included. */
  KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> askEnds(Collection<Integer> partitions) {
    return ask(partitions, OffsetSpec.latest());
  }

  /** What the logs of some partitions hold. */
  Map<Integer, LogRange> ranges(Collection<Integer> partitions)
      throws ExecutionException, TimeoutException, InterruptedException {
    var beginnings = offsets(partitions, OffsetSpec.earliest());
    var ends = offsets(partitions, OffsetSpec.latest());
    var ranges = new HashMap<Integer, LogRange>();
    beginnings.forEach(
        (partition, beginning) ->
            ranges.put(
                partition, new LogRange(beginning, ends.getOrDefault(partition, beginning))));
    return ranges;
  }

  /** Why reading cannot go on at an offset that is not in the log. */
  TerminationException offsetsLost(int partition, long offset, LogRange range) {
    return new TerminationException(
        Termination.Reason.OffsetsLost,
        "Partition %d of topic %s is stored up to offset %d, but its log holds %d to %d: records were removed before they were read, or the log was cut. Nothing was skipped. To go on, run: %s"
            .formatted(
                partition,
                definition.topic().name(),
                offset,
                range.beginning(),
                range.end(),
                // The other partitions stay where they are.
                wayOut("--partition " + partition + " --to earliest|latest|OFFSET")));
  }

  /** Why reading ends before records that the client cannot give out. */
  TerminationException unreadable(int partition, CarefulReader.Gap gap) {
    return new TerminationException(
        Termination.Reason.RecordsUnreadable,
        "Partition %d of topic %s cannot be read at offsets %d to %d: %s. All records before are stored, and nothing was skipped. To pass over these, which loses them, run: %s"
            .formatted(
                partition,
                definition.topic().name(),
                gap.from(),
                gap.to() - 1,
                gap.reason(),
                wayOut("--partition " + partition + " --to " + gap.to())));
  }

  /**
   * Why a replay must not go on.
   *
   * @param offset where reading was before the replay
   * @param at the first offset of records that are gone
   */
  TerminationException logCut(int partition, long offset, long at) {
    return logCut(partition, offset, new OffsetAndMetadata(at));
  }

  /**
   * Why reading cannot go on in a log that was cut: where it has grown again, other records stand
   * at the offsets that were read.
   *
   * @param diverged where the log is another since; null when Kafka does not know
   */
  private TerminationException logCut(
      int partition, long offset, @Nullable OffsetAndMetadata diverged) {
    return new TerminationException(
        Termination.Reason.OffsetsLost,
        "The log of partition %d of topic %s was cut, as by an unclean leader election or a lost disk: %s are gone, and other records may stand there now. Nothing was skipped. To go on, run: %s"
            .formatted(
                partition,
                definition.topic().name(),
                diverged == null
                    ? "records before offset %d that were stored".formatted(offset)
                    : "the records that were stored from offset %d to %d"
                        .formatted(diverged.offset(), offset - 1),
                wayOut(
                    "--partition "
                        + partition
                        + " --to "
                        + (diverged == null ? "earliest|latest|OFFSET" : diverged.offset()))));
  }

  /**
   * Why the client found an offset out of the log: it is another topic's, or it is lost. Empty when
   * the log holds it after all, as when a leader was just elected.
   */
  Optional<TerminationException> outOfRange(OffsetOutOfRangeException found)
      throws InterruptedException {
    try {
      verify(ask());
      var first = found.offsetOutOfRangePartitions().entrySet().iterator().next();
      var partition = first.getKey().partition();
      if (found instanceof LogTruncationException truncation) {
        return Optional.of(
            logCut(partition, first.getValue(), truncation.divergentOffsets().get(first.getKey())));
      }
      var range = ranges(List.of(partition)).get(partition);
      return range == null || range.contains(first.getValue())
          ? Optional.empty()
          : Optional.of(offsetsLost(partition, first.getValue(), range));
    } catch (TerminationException recreated) {
      return Optional.of(recreated);
    } catch (ExecutionException | TimeoutException unknown) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    admin.close();
  }

  private String wayOut(String choice) {
    return "./acequia offsets accept %s --namespace %s %s"
        .formatted(definition.name(), definition.namespace(), choice);
  }

  private KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> ask(
      Collection<Integer> partitions, OffsetSpec spec) {
    var asked = new HashMap<TopicPartition, OffsetSpec>();
    for (var partition : partitions) {
      asked.put(new TopicPartition(definition.topic().name(), partition), spec);
    }
    return admin.listOffsets(asked).all();
  }

  private Map<Integer, Long> offsets(Collection<Integer> partitions, OffsetSpec spec)
      throws ExecutionException, TimeoutException, InterruptedException {
    var found = new HashMap<Integer, Long>();
    ask(partitions, spec)
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .forEach((name, result) -> found.put(name.partition(), result.offset()));
    return found;
  }
}
