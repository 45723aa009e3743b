package dev.acequia.consumer.consume;

import dev.acequia.consumer.deadletter.DeadLetterBudget;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.WriteResult;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.ApiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls, decodes, and has the batch before written meanwhile. Everything here is one thread's; the
 * store's work is the {@link StoreLane}'s. After any failure the batches at hand are dropped, each
 * partition is claimed anew, and reading goes on where the store says.
 */
final class ConsumerLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerLoop.class);

  /** A batch this large is written as soon as the one before is. */
  private static final long FULL_BYTES = 4 << 20;

  /** What a record waits for others to go with it. */
  private static final Duration LINGER = Duration.ofMillis(40);

  /** What an advance over transaction markers alone waits. */
  private static final Duration IDLE_LINGER = Duration.ofSeconds(1);

  private static final Duration IDLE_POLL = Duration.ofMillis(200);
  private static final Duration BUSY_POLL = Duration.ofMillis(10);
  private static final Duration ROOM_WAIT = Duration.ofMillis(50);
  private static final Duration MIGRATION_WAIT = Duration.ofSeconds(1);
  private static final Duration PROBE_EVERY = Duration.ofSeconds(5);
  private static final Duration LAG_EVERY = Duration.ofSeconds(1);
  private static final Duration DRAIN = Duration.ofSeconds(15);

  private final PipelineDefinition definition;
  private final Consumer<ByteBuffer, ByteBuffer> consumer;
  private final StoreLane lane;
  private final TopicWatch topic;
  private final RecordIntake intake;
  private final ConsumerHealth health;
  private final ConsumerMetrics metrics;
  private final Assignment assignment;
  private final GroupOffsets groupOffsets;
  private final Backoff backoff = new Backoff();
  private final Backoff claimPause = new Backoff();
  private final Timer probeTimer = new Timer(PROBE_EVERY);
  private final Timer lagTimer = new Timer(LAG_EVERY);

  private Batch filling;
  private Batch spare;
  private @Nullable Batch writing;
  private volatile boolean stopping;

  ConsumerLoop(
      PipelineDefinition definition,
      Consumer<ByteBuffer, ByteBuffer> consumer,
      StoreLane lane,
      TopicWatch topic,
      Supplier<StoreBatch> newBatch,
      DeadLetterBudget budget,
      ConsumerHealth health,
      ConsumerMetrics metrics) {
    this.definition = definition;
    this.consumer = consumer;
    this.lane = lane;
    this.topic = topic;
    this.health = health;
    this.metrics = metrics;
    intake = new RecordIntake(definition, budget);
    assignment = new Assignment(consumer);
    groupOffsets = new GroupOffsets(consumer);
    filling = new Batch(newBatch.get());
    spare = new Batch(newBatch.get());
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
      intake.take(records, filling);
      notePositions();
    }
    var result = lane.take(Duration.ZERO);
    if (result.isPresent()) {
      settle(result.get());
    }
    if (!lane.isBusy() && backoff.isOver()) {
      startNext();
    }
    if (lagTimer.isDue()) {
      metrics.lag(groupOffsets.lag(assignment.claimed()));
    }
  }

  private ConsumerRecords<ByteBuffer, ByteBuffer> poll()
      throws TerminationException, InterruptedException {
    try {
      var full = filling.rows().bytes() >= FULL_BYTES && lane.isBusy();
      assignment.hold(full);
      if (full) {
        var result = lane.take(ROOM_WAIT);
        if (result.isPresent()) {
          settle(result.get());
        }
        return consumer.poll(Duration.ZERO);
      }
      return consumer.poll(pollTimeout());
    } catch (OffsetOutOfRangeException e) {
      var end = topic.outOfRange(e);
      if (end.isPresent()) {
        throw end.get();
      }
      failed("Kafka: " + e);
      return ConsumerRecords.empty();
    } catch (ApiException e) {
      // Such as missing rights, or a topic that is not there: a person may mend it meanwhile.
      failed("Kafka: " + e);
      return ConsumerRecords.empty();
    }
  }

  private Duration pollTimeout() {
    if (lane.isBusy()) {
      return BUSY_POLL;
    }
    if (filling.size() == 0) {
      return IDLE_POLL;
    }
    var left = LINGER.toNanos() - filling.ageNanos();
    if (left > 0) {
      return Duration.ofNanos(left);
    }
    return backoff.isOver() ? Duration.ZERO : BUSY_POLL; // what may not start yet must not spin
  }

  /** Takes down how far the client has read, transaction markers and gaps included. */
  private void notePositions() {
    for (var partition : assignment.claimed()) {
      var position = consumer.position(partition.name());
      if (position != partition.position()) {
        filling.advance(partition, partition.position(), position);
        partition.moveTo(position);
      }
    }
  }

  private void startNext() {
    var unclaimed = assignment.unclaimed();
    if (!unclaimed.isEmpty() && claimPause.isOver()) {
      lane.claim(unclaimed);
    } else if (isDue()) {
      writing = filling;
      filling = spare;
      lane.write(writing);
      probeTimer.restart();
    } else if (probeTimer.isDue()) {
      lane.probe();
    }
  }

  private boolean isDue() {
    if (filling.isEmpty()) {
      return false;
    }
    return filling.rows().bytes() >= FULL_BYTES
        || filling.ageNanos() >= (filling.size() > 0 ? LINGER.toNanos() : IDLE_LINGER.toNanos());
  }

  private void settle(LaneResult result) throws TerminationException {
    switch (result) {
      case LaneResult.Claimed claimed -> settle(claimed);
      case LaneResult.Written written -> settle(written);
      case LaneResult.Probed probed -> well();
      case LaneResult.Failed failed -> failed(failed.reason());
      case LaneResult.Ended ended -> throw ended.why();
    }
    if (writing != null) {
      writing.clear();
      spare = writing;
      writing = null;
    }
  }

  private void settle(LaneResult.Claimed claimed) {
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
                    "partition {}: reading on at offset {}", claim.partition(), claim.nextOffset());
              });
    }
    // So that an idle group has offsets too.
    groupOffsets.commit(taken);
    if (claimed.waiting().isPresent()) {
      LOG.info("waiting: {}", claimed.waiting().get());
      health.isTroubledBy(claimed.waiting().get());
      claimPause.pause(MIGRATION_WAIT);
    } else {
      well();
    }
  }

  private void settle(LaneResult.Written written) {
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
                    partition.storedUpTo(advance.to());
                    advanced.add(partition);
                  });
        }
        groupOffsets.commit(advanced);
        metrics.stored(batch, stored, written.seconds());
        well();
      }
      case WriteResult.Overtaken overtaken -> {
        LOG.info("overtaken: claiming anew");
        claimAnew();
      }
    }
  }

  private void failed(String reason) {
    LOG.warn("holding: {}", reason);
    health.isTroubledBy(reason);
    claimAnew();
  }

  /** Drops what is at hand; the store tells where to go on. */
  private void claimAnew() {
    filling.clear();
    assignment.unclaimAll();
    backoff.failed();
  }

  private void well() {
    backoff.succeeded();
    if (assignment.hasJoined()) {
      health.isWell();
    }
  }

  /**
   * A partition that is gone must not sink the others' batch: they go back to where it began. What
   * the same poll brought is dropped too.
   */
  private void goBack() {
    for (var partition : assignment.claimed()) {
      assignment.rewind(partition, filling.beginOf(partition).orElse(partition.position()));
    }
    filling.clear();
  }

  /** Finishes the batch in flight; what was read since then is read again by the next owner. */
  private void drain() throws TerminationException, InterruptedException {
    LOG.info("stopping");
    var result = lane.take(DRAIN);
    if (result.isPresent()) {
      settle(result.get());
    }
    groupOffsets.commitLast(assignment.claimed());
  }
}
