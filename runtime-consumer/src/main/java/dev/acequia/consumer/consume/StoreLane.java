package dev.acequia.consumer.consume;

import dev.acequia.consumer.deadletter.DeadLetter;
import dev.acequia.consumer.deadletter.DeadLetterBudget;
import dev.acequia.consumer.deadletter.DeadLetterTopic;
import dev.acequia.consumer.deadletter.RedriveCheck;
import dev.acequia.consumer.deadletter.SentLetter;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.jspecify.annotations.Nullable;

/**
 * The store's work, one piece at a time on a thread of its own, so that the next batch is read
 * meanwhile.
 */
final class StoreLane implements StoreWork, AutoCloseable {
  private static final Duration END_LIMIT = Duration.ofSeconds(2);
  private static final Duration ACKNOWLEDGE_LIMIT = Duration.ofSeconds(30);

  private final PipelineDefinition definition;
  private final StoreWriter writer;
  private final Replays replays;
  private final TopicWatch topic;
  private final DeadLetterTopic deadLetters;
  private final DeadLetterBudget budget;
  private final RedriveCheck redriveCheck;

  /** A store may refuse writes and let claims pass. */
  private final Refusals refusedClaims = new Refusals(System::nanoTime);

  private final Refusals refusedWrites = new Refusals(System::nanoTime);
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("store").factory());
  private final Semaphore ended;
  private @Nullable Future<LaneResult> running;

  /**
   * A lane with nothing to do.
   *
   * @param ended gets a permit when a piece of work has ended
   */
  StoreLane(
      PipelineDefinition definition,
      StoreWriter writer,
      Replays replays,
      TopicWatch topic,
      DeadLetterTopic deadLetters,
      DeadLetterBudget budget,
      Semaphore ended) {
    this.definition = definition;
    redriveCheck = new RedriveCheck(definition.topic());
    this.writer = writer;
    this.replays = replays;
    this.topic = topic;
    this.deadLetters = deadLetters;
    this.budget = budget;
    this.ended = ended;
  }

  @Override
  public boolean isBusy() {
    return running != null;
  }

  @Override
  public void claim(List<Integer> partitions) {
    submit(
        refusedClaims,
        () -> {
          var claimed = claimNow(partitions);
          refusedClaims.passed();
          return claimed;
        });
  }

  @Override
  public void write(Batch batch) {
    // Asked after the batch was polled, answered before it is committed.
    var asked = topic.ask();
    submit(refusedWrites, () -> writeNow(batch, asked));
  }

  @Override
  public void probe() {
    submit(
        refusedClaims,
        () -> {
          writer.probe();
          return new LaneResult.Probed();
        });
  }

  @Override
  public Optional<LaneResult> take(Duration patience) throws InterruptedException {
    if (running == null) {
      return Optional.empty();
    }
    try {
      var result = running.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      running = null;
      return Optional.of(result);
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the store's work failed unexpectedly", e.getCause());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    awaitEnd();
    try (deadLetters) {
      writer.close();
    }
  }

  /** A writer has one thread at a time. Only one that is stuck is closed beside its work. */
  private void awaitEnd() {
    try {
      var _ = thread.awaitTermination(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void submit(Refusals refusals, Callable<LaneResult> work) {
    if (running != null) {
      throw new IllegalStateException("the store is busy");
    }
    var task =
        new FutureTask<>(() -> outcome(refusals, work)) {
          @Override
          protected void done() {
            ended.release();
          }
        };
    running = task;
    thread.execute(task);
  }

  private static LaneResult outcome(Refusals refusals, Callable<LaneResult> work) throws Exception {
    try {
      return work.call();
    } catch (TerminationException e) {
      return new LaneResult.Ended(e);
    } catch (StoreRefusedException e) {
      return refusals
          .refused(e)
          .<LaneResult>map(LaneResult.Ended::new)
          .orElseGet(() -> new LaneResult.Failed("store: " + e.getMessage()));
    } catch (StoreUnavailableException e) {
      return new LaneResult.Failed("store: " + e.getMessage());
    } catch (OutOfMemoryError e) {
      // The batch is dropped and read again; the polling thread ends the process if it has none.
      return new LaneResult.TooMuch("memory ran out: " + e.getMessage());
    } catch (KafkaException | ExecutionException | TimeoutException e) {
      var cause = e instanceof ExecutionException ? e.getCause() : e;
      return refusals
          .refusedByKafka(cause)
          .<LaneResult>map(LaneResult.Ended::new)
          .orElseGet(() -> new LaneResult.Failed("Kafka: " + cause));
    }
  }

  private LaneResult claimNow(List<Integer> partitions) throws Exception {
    topic.verify(topic.ask());
    List<PartitionClaim> fit = new ArrayList<>();
    Optional<String> waiting = Optional.empty();
    var unprepared = new TreeSet<>(partitions);
    for (var claim : writer.claim(partitions)) {
      unprepared.remove(claim.partition());
      var reason = unfit(claim);
      if (reason.isPresent()) {
        waiting = reason;
      } else {
        fit.add(claim);
      }
    }
    if (!unprepared.isEmpty()) {
      waiting =
          Optional.of("the migration has not prepared partition " + unprepared.last() + " yet");
    }
    var ranges = topic.ranges(fit.stream().map(PartitionClaim::partition).toList());
    List<PartitionClaim> claims = new ArrayList<>();
    for (var found : fit) {
      var range = ranges.get(found.partition());
      var rewound = range == null ? Optional.of(found) : replays.apply(found, range.beginning());
      if (rewound.isEmpty()) {
        waiting = Optional.of("partition " + found.partition() + " was claimed by another");
        continue;
      }
      var claim = rewound.get();
      claims.add(claim);
      if (range != null && !range.contains(claim.nextOffset())) {
        throw topic.offsetsLost(claim.partition(), claim.nextOffset(), range);
      }
    }
    return new LaneResult.Claimed(claims, waiting);
  }

  /** Why a partition must wait: another version of the pipeline is being rolled out. */
  private Optional<String> unfit(PartitionClaim claim) {
    if (!claim.schemaHash().equals(definition.schema().hash())) {
      return Optional.of(
          "the table has the schema %s, this process was made for %s"
              .formatted(claim.schemaHash(), definition.schema().hash()));
    }
    if (!claim.topicId().equals(definition.topic().uuid())) {
      return Optional.of(
          "the stored offsets are of topic %s, this process was made for %s"
              .formatted(claim.topicId(), definition.topic().uuid()));
    }
    return Optional.empty();
  }

  private LaneResult writeNow(Batch batch, KafkaFuture<Map<String, TopicDescription>> asked)
      throws Exception {
    var began = System.nanoTime();
    List<SentLetter> sent = new ArrayList<>();
    // The store may judge a row several times; its letter is sent once.
    Map<Integer, SentLetter> rejections = new HashMap<>();
    try (var share = budget.setOut(batch.firstTimers(), batch.badFirstTimers())) {
      var gate =
          new CommitGate<Exception>() {
            @Override
            public void onOwned() throws TerminationException {
              share.beginAnew();
              if (batch.badFirstTimers() > 0) {
                share.judge(batch.bad().getLast());
              }
              // Not before: a process of an older schema would put aside what the newer one stores.
              if (sent.isEmpty()) {
                batch.bad().forEach(letter -> sent.add(deadLetters.send(letter)));
              }
            }

            @Override
            public void onRejected(RowRejection rejection) throws Exception {
              var letter = letter(batch, rejection);
              // A reused key is no schema error: one caller must not end the load of all.
              if (batch.isFirstTimer(letter)
                  && rejection.errorClass() != ErrorClass.IdempotencyKeyReused) {
                share.reject(letter);
              }
            }

            @Override
            public void beforeCommit(List<RowRejection> rejected) throws Exception {
              for (var rejection : rejected) {
                if (!rejections.containsKey(rejection.row())) {
                  rejections.put(rejection.row(), deadLetters.send(letter(batch, rejection)));
                }
              }
              for (var letter : sent) {
                letter.await(ACKNOWLEDGE_LIMIT);
              }
              for (var letter : rejections.values()) {
                letter.await(ACKNOWLEDGE_LIMIT);
              }
              topic.verify(asked);
            }
          };
      var result = writer.write(batch.rows(), batch.advances(), gate);
      if (result instanceof WriteResult.Stored) {
        share.stored();
        refusedWrites.passed();
      }
      return new LaneResult.Written(batch, result, (System.nanoTime() - began) / 1e9);
    }
  }

  private DeadLetter letter(Batch batch, RowRejection rejection) throws BadRecordException {
    var record = batch.recordOfRow(rejection.row());
    var lineage = batch.lineageOf(record);
    return new DeadLetter(
        record,
        lineage.at(record.offset()),
        redriveCheck.originOf(record, lineage),
        rejection.errorClass(),
        null,
        rejection.reason());
  }
}
