package dev.acequia.consumer.consume;

import dev.acequia.consumer.deadletter.DeadLetterBudget;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.WriteResult;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls, decodes, and has the batches before written meanwhile. Everything here is one thread's;
 * the store's work is the {@link StoreLane}s'. After a failure a lane's batch at hand is dropped,
 * each of its partitions is claimed anew, and reading goes on where the store says.
 */
final class ConsumerLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerLoop.class);

  private static final Duration ROOM_WAIT = Duration.ofMillis(50);

  /** Between two looks at what the partitions with room bring, while others wait for theirs. */
  private static final Duration HELD_WAIT = Duration.ofMillis(2);

  private static final Duration MIGRATION_WAIT = Duration.ofSeconds(1);
  private static final Duration LAG_EVERY = Duration.ofSeconds(1);

  /** What all lanes have together at the end: less than the process has to stop. */
  private static final Duration DRAIN = Duration.ofSeconds(15);

  private final PipelineDefinition definition;
  private final Consumer<ByteBuffer, ByteBuffer> consumer;
  private final List<Lane> lanes;

  /** Has a permit for each piece of the store's work that has ended since it was last asked. */
  private final Semaphore ended;

  private final TopicWatch topic;
  private final RecordIntake intake;
  private final ConsumerHealth health;
  private final ConsumerMetrics metrics;
  private final Assignment assignment;
  private final GroupOffsets groupOffsets;
  private final OpenTransactions openTransactions;
  private final PollBudget pollBudget;
  private final UnreadableRecords unreadable;
  private final Refusals refusedPolls = new Refusals(System::nanoTime);
  private final Standstill standstill = new Standstill(System::nanoTime);
  private final Timer lagTimer = new Timer(LAG_EVERY);
  private boolean isDry;
  private volatile boolean stopping;

  ConsumerLoop(
      PipelineDefinition definition,
      Consumer<ByteBuffer, ByteBuffer> consumer,
      PollBudget pollBudget,
      CarefulReader carefulReader,
      List<Lane> lanes,
      Semaphore ended,
      TopicWatch topic,
      DeadLetterBudget budget,
      ConsumerHealth health,
      ConsumerMetrics metrics) {
    this.definition = definition;
    this.consumer = consumer;
    this.lanes = List.copyOf(lanes);
    this.ended = ended;
    this.topic = topic;
    this.health = health;
    this.metrics = metrics;
    intake = new RecordIntake(definition, budget);
    assignment = new Assignment(consumer, lanes.size());
    groupOffsets = new GroupOffsets(consumer);
    openTransactions = new OpenTransactions(consumer, topic);
    this.pollBudget = pollBudget;
    unreadable = new UnreadableRecords(consumer, assignment, carefulReader, topic, pollBudget);
  }

  /** Ends the loop soon; from any thread. */
  void stop() {
    stopping = true;
  }

  /**
   * Runs until told to stop.
   *
   * @throws TerminationException when only a person can help
   */
  void run() throws TerminationException, InterruptedException {
    consumer.subscribe(List.of(definition.topic().name()), assignment);
    while (!stopping) {
      turn();
    }
    drain();
  }

  private void turn() throws TerminationException, InterruptedException {
    health.turned();
    var records = poll();
    if (assignment.takeMoved()) {
      goBack();
    } else {
      take(records);
      notePositions(records);
    }
    settleWhatEnded();
    var end = unreadable.due();
    if (end.isPresent()) {
      throw end.get();
    }
    for (var lane : lanes) {
      lane.startNext(assignment.unclaimed(lane.number()), matters(lane));
    }
    if (lagTimer.isDue()) {
      groupOffsets.retry(assignment.claimed());
      showPartitions();
    }
  }

  private void showPartitions() throws InterruptedException {
    var claimed = assignment.claimed();
    var lags = openTransactions.addTo(groupOffsets.lag(claimed), claimed);
    metrics.partitions(assignment.all(), lags, standstill.look(assignment.all(), lags));
  }

  private ConsumerRecords<ByteBuffer, ByteBuffer> poll()
      throws TerminationException, InterruptedException {
    try {
      awaitRoom();
      if (unreadable.areNext()) {
        ended.tryAcquire(ROOM_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        return ConsumerRecords.empty();
      }
      lanes.forEach(lane -> assignment.hold(lane.number(), lane.isFull()));
      return pollOrReadCarefully();
    } catch (OffsetOutOfRangeException e) {
      if (!(e instanceof LogTruncationException)
          && assignment.areReplaying(e.offsetOutOfRangePartitions().keySet())) {
        allFailed("the log begins after what a replay is to read next");
        return ConsumerRecords.empty();
      }
      var end = topic.outOfRange(e);
      if (end.isPresent()) {
        throw end.get();
      }
      allFailed("Kafka: " + e);
      return ConsumerRecords.empty();
    } catch (ApiException e) {
      var end = refusedPolls.refusedByKafka(e);
      if (end.isPresent()) {
        throw end.get();
      }
      // Such as a topic that is not there: a person may mend it meanwhile.
      allFailed("Kafka: " + e);
      return ConsumerRecords.empty();
    }
  }

  private ConsumerRecords<ByteBuffer, ByteBuffer> pollOrReadCarefully() {
    try {
      if (unreadable.areReadInParts()) {
        return unreadable.readPart();
      }
      pollBudget.begin();
      var records = consumer.poll(patience());
      isDry = records.isEmpty();
      if (!isDry) { // the client tells of a refusal once, and answers with nothing in between
        refusedPolls.passed();
      }
      return records;
    } catch (ApiException | InvalidOffsetException | InterruptException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError | LinkageError e) {
      return unreadable.readAfter(e);
    }
  }

  /**
   * Waits for the store's work here and not in the client, while there is no room: the client turns
   * without a pause as long as it holds records of partitions that are paused.
   */
  private void awaitRoom() throws TerminationException, InterruptedException {
    var full = lanes.stream().filter(Lane::isFull).count();
    if (full == lanes.size()) {
      ended.tryAcquire(ROOM_WAIT.toMillis(), TimeUnit.MILLISECONDS);
      settleWhatEnded();
    } else if (full > 0 && isDry) {
      ended.tryAcquire(HELD_WAIT.toMillis(), TimeUnit.MILLISECONDS);
      settleWhatEnded();
    }
  }

  private Duration patience() {
    return lanes.stream().anyMatch(Lane::isFull)
        ? Duration.ZERO
        : lanes.stream().map(Lane::patience).min(Comparator.naturalOrder()).orElseThrow();
  }

  private void take(ConsumerRecords<ByteBuffer, ByteBuffer> records) throws TerminationException {
    for (var name : records.partitions()) {
      var partition = assignment.of(name.partition());
      if (partition.isPresent()) {
        checkReplayed(records.records(name), partition.get());
        intake.take(records.records(name), partition.get(), filling(partition.get()));
      }
    }
  }

  private void checkReplayed(
      List<ConsumerRecord<ByteBuffer, ByteBuffer>> records, PartitionState partition)
      throws TerminationException {
    var cut = partition.cutIn(records);
    if (cut.isPresent()) {
      throw topic.logCut(partition.number(), partition.storedOnce(), cut.getAsLong());
    }
  }

  /** Takes down how far the client has read, transaction markers and gaps included. */
  private void notePositions(ConsumerRecords<ByteBuffer, ByteBuffer> records) {
    records
        .nextOffsets()
        .forEach(
            (name, next) ->
                assignment
                    .of(name.partition())
                    .filter(PartitionState::isClaimed)
                    .ifPresent(partition -> notePosition(partition, LogPosition.of(next))));
  }

  private void notePosition(PartitionState partition, LogPosition reached) {
    var from = partition.position();
    if (reached.offset() == from.offset()) {
      return;
    }
    var to = partition.passTo(reached);
    filling(partition).advance(partition, from, to);
    if (to != reached) {
      LOG.info(
          "partition {}: replayed up to {}, reading on at {}",
          partition.number(),
          reached.offset(),
          to.offset());
      assignment.seek(partition);
    }
  }

  private Batch filling(PartitionState partition) {
    return lanes.get(partition.lane()).filling();
  }

  private void settleWhatEnded() throws TerminationException, InterruptedException {
    ended.drainPermits();
    for (var lane : lanes) {
      var result = lane.take(Duration.ZERO);
      if (result.isPresent()) {
        settle(lane, result.get());
      }
    }
  }

  private void settle(Lane lane, LaneResult result) throws TerminationException {
    switch (result) {
      case LaneResult.Claimed claimed -> settle(lane, claimed);
      case LaneResult.Written written -> settle(lane, written);
      case LaneResult.Probed probed -> well(lane);
      case LaneResult.Failed failed -> failed(lane, failed.reason());
      case LaneResult.TooMuch tooMuch -> {
        unreadable.wereTooMuch(lane.written());
        lane.wasTooMuch();
        failed(lane, tooMuch.reason());
      }
      case LaneResult.Ended ended when stopping ->
          failed(lane, String.valueOf(ended.why().getMessage())); // the other lanes store theirs
      case LaneResult.Ended ended -> throw ended.why();
    }
    lane.settled();
  }

  private void settle(Lane lane, LaneResult.Claimed claimed) {
    var taken = new ArrayList<PartitionState>();
    for (var claim : claimed.claims()) {
      assignment
          .of(claim.partition())
          .filter(partition -> !partition.isClaimed())
          .ifPresent(
              partition -> {
                partition.claimed(claim);
                assignment.resume(partition);
                taken.add(partition);
                LOG.info(
                    "partition {}: reading on at offset {}{}",
                    claim.partition(),
                    claim.nextOffset(),
                    claim.leaderEpoch() != null || claim.nextOffset() == 0
                        ? ""
                        : ", of which no leader epoch is stored: whether the log was cut before it is not checked this time");
              });
    }
    // So that an idle group has offsets too.
    groupOffsets.commit(taken);
    if (claimed.waiting().isPresent()) {
      LOG.info("waiting: {}", claimed.waiting().get());
      troubled(lane, claimed.waiting().get());
      lane.pauseClaims(MIGRATION_WAIT);
    } else {
      well(lane);
    }
  }

  private void settle(Lane lane, LaneResult.Written written) {
    var batch = written.batch();
    switch (written.result()) {
      case WriteResult.Stored stored -> {
        var advanced = new ArrayList<PartitionState>();
        for (var advance : batch.advances()) {
          assignment
              .of(advance.partition())
              .filter(partition -> partition.isClaimed() && partition.fence() == advance.fence())
              .ifPresent(
                  partition -> {
                    partition.storedUpTo(new LogPosition(advance.to(), advance.leaderEpoch()));
                    advanced.add(partition);
                  });
        }
        groupOffsets.commit(advanced);
        metrics.stored(batch, stored, written.seconds());
        lane.hasStored();
        well(lane);
      }
      case WriteResult.Overtaken overtaken -> {
        LOG.info("overtaken: claiming anew");
        claimAnew(lane);
      }
    }
  }

  private void allFailed(String reason) {
    for (var lane : lanes) {
      failed(lane, reason);
    }
  }

  private void failed(Lane lane, String reason) {
    LOG.warn("holding: {}", reason);
    troubled(lane, reason);
    claimAnew(lane);
  }

  /** Drops what is at hand; the store tells where to go on. */
  private void claimAnew(Lane lane) {
    lane.failed();
    assignment.unclaimAll(lane.number());
  }

  private void troubled(Lane lane, String reason) {
    lane.isTroubledBy(reason);
    health.isTroubledBy(reason);
  }

  /** A lane without partitions needs no connection; but one always tells how the store is. */
  private boolean matters(Lane lane) {
    return lane.number() == 0 || assignment.fills(lane.number());
  }

  /**
   * Records a lane's success. A partition with a refused claim stays in trouble until its next
   * claim.
   */
  private void well(Lane lane) {
    if (assignment.unclaimed(lane.number()).isEmpty()) {
      lane.isWell();
    } else {
      lane.goesOn();
    }
    var trouble =
        lanes.stream().filter(this::matters).flatMap(each -> each.trouble().stream()).findFirst();
    if (trouble.isPresent()) {
      health.isTroubledBy(trouble.get());
    } else if (assignment.hasJoined()) {
      health.isWell();
    }
  }

  /**
   * A partition that is gone must not sink the others' batch: they go back to where it began. What
   * the same poll brought is dropped too.
   */
  private void goBack() {
    for (var partition : assignment.claimed()) {
      assignment.rewind(
          partition, filling(partition).beginOf(partition).orElse(partition.position()));
    }
    lanes.forEach(lane -> lane.filling().clear());
  }

  /**
   * Finishes the batches in flight, and then those at hand. The next owner reads again what is not
   * stored in time.
   */
  private void drain() throws TerminationException, InterruptedException {
    LOG.info("stopping");
    var deadline = System.nanoTime() + DRAIN.toNanos();
    lanes.forEach(Lane::startLast);
    settleBy(deadline);
    lanes.forEach(Lane::startLast); // of those that were busy
    settleBy(deadline);
    groupOffsets.commitLast(assignment.claimed());
  }

  private void settleBy(long deadlineNanos) throws TerminationException, InterruptedException {
    for (var lane : lanes) {
      var left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
      var result = lane.take(left);
      if (result.isPresent()) {
        settle(lane, result.get());
      }
    }
  }
}
