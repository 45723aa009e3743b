package dev.acequia.stores.position;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.TopicLog;
import dev.acequia.stores.TopicLog.Cut;
import dev.acequia.stores.TopicLog.Range;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Brings the positions to the topic: one for each partition, those that a person accepted, and the
 * generations that logs begin where they were cut. May be applied several times, to what is there
 * then; what Kafka said of a partition is kept for as long as it covers what was read.
 */
public final class PositionsMigration {
  /**
   * What Kafka said.
   *
   * @param present up to where the log was compared with what was read
   */
  private record Asked(long present, Optional<Cut> cut) {
    /** Whoever has read on since has compared the epochs itself. */
    boolean covers(long read) {
      return read == present || (read > present && cut.isEmpty());
    }
  }

  private final PipelineDefinition definition;
  private final TopicLog log;
  private final UUID topicId;
  private final @Nullable AcceptedOffsets accepted;
  private final Map<Integer, Asked> asked = new HashMap<>();

  public PositionsMigration(PipelineDefinition definition, TopicLog log) {
    this.definition = definition;
    this.log = log;
    topicId = log.topicId();
    var word = definition.acceptedOffsets();
    accepted = word != null && TopicDefinition.uuid(word.topicId()).equals(topicId) ? word : null;
  }

  /**
   * Does all that can be done.
   *
   * @param content is changed
   * @return why a person is needed still, empty when the positions fit the topic
   * @throws TerminationException when nothing can be done; the content is void then
   */
  public Optional<TerminationException> apply(Positions content) throws TerminationException {
    var trouble = trouble(content);
    if (accepted == null && trouble.isPresent()) {
      throw trouble.get();
    }
    var before = Map.copyOf(content.byPartition());
    // A word is good for the positions that are there when it first comes.
    var word = accepted == null || content.ledger().knows(accepted) ? null : accepted;
    var partitions = log.partitions().size();
    var ranges = word != null || before.size() < partitions ? rangesNow() : log.partitions();
    var next = content.ledger().next();
    for (var partition = 0; partition < partitions; partition++) {
      var position = before.get(partition);
      var range = ranges.get(partition);
      if (position == null) {
        make(content, partition, range, next);
      } else if (word != null && concerns(word, partition)) {
        accept(content, word, partition, position, range, next);
      } else if (position.topicId().equals(topicId)) {
        content.ledger().begin(partition, topicId, next);
      }
    }
    if (word != null) {
      // A topic that was created again may have fewer partitions.
      content
          .byPartition()
          .entrySet()
          .removeIf(
              one ->
                  one.getKey() >= partitions
                      && !one.getValue().topicId().equals(topicId)
                      && concerns(word, one.getKey()));
    }
    if (accepted != null) {
      content.ledger().note(accepted);
    }
    return trouble(content);
  }

  private List<Range> rangesNow() {
    var ranges = log.epochs().ranges();
    return ranges.size() < log.partitions().size() ? log.partitions() : ranges;
  }

  private static boolean concerns(AcceptedOffsets word, int partition) {
    return word.partition() == null || word.partition() == partition;
  }

  private void make(Positions content, int partition, Range range, int next) {
    content.ledger().begin(partition, topicId, next);
    var read = content.ledger().takeReadBefore(partition, topicId);
    if (read != null) {
      cut(partition, read.offset(), read.epoch(), range)
          .ifPresent(
              cut ->
                  content
                      .ledger()
                      .cut(partition, topicId, next, cut.at().orElse(range.beginning())));
    }
    content
        .byPartition()
        .put(
            partition,
            new Position(
                topicId,
                range.beginning(),
                range.epoch(),
                content.ledger().fence(partition),
                null));
    content.ledger().fillAnew(partition, topicId, range.beginning());
  }

  private void accept(
      Positions content,
      AcceptedOffsets word,
      int partition,
      Position position,
      Range range,
      int next)
      throws TerminationException {
    var isSameTopic = position.topicId().equals(topicId);
    var present = position.present();
    var cut =
        isSameTopic
            ? cut(partition, present, position.presentEpoch(), range)
            : Optional.<Cut>empty();
    var isAsRead = isSameTopic && cut.isEmpty();
    // Consumers may have read on since the end was asked for.
    var end = isAsRead ? Math.max(range.end(), present) : range.end();
    var to =
        switch (word.to()) {
          case "earliest" -> range.beginning();
          case "latest" -> end;
          default -> Long.parseLong(word.to());
        };
    if (to < range.beginning() || to > end) {
      throw new TerminationException(
          Termination.Reason.OffsetsLost,
          "Offset %d, which was accepted for partition %d, lies outside its log, which holds %d to %d."
              .formatted(to, partition, range.beginning(), end));
    }
    // Up to where the log is the one that was read.
    var known = cut.isPresent() ? cut.get().at().orElse(to) : present;
    if (cut.isPresent()) {
      content.ledger().cut(partition, topicId, next, known);
    } else {
      content.ledger().begin(partition, topicId, next);
    }
    if (!isSameTopic || to > known) {
      content.ledger().goesOnAt(partition, topicId, to);
    }
    var goesBack = isSameTopic && to < known;
    content
        .byPartition()
        .put(
            partition,
            new Position(
                topicId,
                to,
                isAsRead && to == present ? position.presentEpoch() : range.epoch(),
                position.fence() + 1,
                goesBack
                    ? wayBack(
                        position.replay(),
                        to,
                        known,
                        cut.isPresent() ? range.epoch() : position.presentEpoch())
                    : ended(position.replay(), to)));
  }

  /** What is read again is judged as in a replay. */
  private static PartitionReplay wayBack(
      @Nullable PartitionReplay former, long from, long until, @Nullable Integer epoch) {
    return new PartitionReplay(
        former == null ? UUID.randomUUID() : former.id(), from, until, until, epoch, true);
  }

  private static @Nullable PartitionReplay ended(@Nullable PartitionReplay replay, long at) {
    return replay == null
        ? null
        : new PartitionReplay(
            replay.id(),
            Math.min(replay.from(), at),
            Math.min(replay.until(), at),
            at,
            null,
            replay.accepted());
  }

  /**
   * Whether the log lost records that were read. Without an epoch this is only seen while the log
   * is shorter.
   */
  private Optional<Cut> cut(int partition, long read, @Nullable Integer epoch, Range range) {
    var answer = asked.get(partition);
    if (answer == null || !answer.covers(read)) {
      answer =
          new Asked(
              read,
              epoch != null
                  ? log.epochs().cut(partition, read, epoch)
                  : read > range.end()
                      ? Optional.of(new Cut(OptionalLong.empty()))
                      : Optional.empty());
      asked.put(partition, answer);
    }
    return answer.cut();
  }

  private Optional<TerminationException> trouble(Positions content) {
    var foreign =
        content.byPartition().entrySet().stream()
            .filter(one -> !one.getValue().topicId().equals(topicId))
            .map(Map.Entry::getKey)
            .toList();
    return foreign.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TerminationException(
                Termination.Reason.TopicRecreated,
                "Topic %s is not the one whose offsets are stored for partitions %s. To go on with the new topic, run: ./acequia offsets accept %s --namespace %s --to earliest|latest"
                    .formatted(
                        definition.topic().name(),
                        foreign,
                        definition.name(),
                        definition.namespace())));
  }
}
