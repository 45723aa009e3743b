package dev.acequia.local.cli.load;

import dev.acequia.contract.record.BadRecordException;
import dev.acequia.local.CommandException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One run: this thread reads and encodes, each lane has a thread that sends. A lane has one request
 * in flight and one chunk waiting, which bounds the memory.
 */
final class BulkImport {
  /** A quarter of what an endpoint buffers. */
  private static final int MAX_CHUNK_BYTES = 4 << 20;

  private final ImportPlan plan;
  private final ChunkSender sender;
  private final ImportListener listener;
  private final Tally tally = new Tally();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private final List<BlockingQueue<Chunk>> queues = new ArrayList<>();

  BulkImport(ImportPlan plan, ChunkSender sender, ImportListener listener) {
    this.plan = plan;
    this.sender = sender;
    this.listener = listener;
  }

  /** Sends all records, or those until the first failure. */
  ImportResult run(RecordSource source) throws InterruptedException {
    var threads = new ArrayList<Thread>();
    for (var lane = 0; lane < plan.lanes(); lane++) {
      var queue = new ArrayBlockingQueue<Chunk>(1);
      queues.add(queue);
      threads.add(Thread.ofVirtual().name("lane-" + lane).start(() -> drain(queue)));
    }
    String fault;
    try {
      fault = read(source);
    } finally {
      for (var queue : queues) {
        offer(queue, Chunk.end());
      }
      for (var thread : threads) {
        thread.join();
      }
    }
    // Only now: what stands before the fault has been sent.
    var unreadable = fault != null && failure.compareAndSet(null, fault);
    return tally.result(failure.get(), unreadable);
  }

  /** Reads all records; answers why the file could not be read to its end, or null. */
  private @Nullable String read(RecordSource source) throws InterruptedException {
    String fault = null;
    var lanes = new Lanes(plan.schema(), plan.lanes(), plan.chunkRecords());
    var builders = new ArrayList<ChunkBuilder>();
    for (var lane = 0; lane < plan.lanes(); lane++) {
      builders.add(new ChunkBuilder(plan.run() + "-" + lane, plan.chunkRecords(), MAX_CHUNK_BYTES));
    }
    var record = new RecordBuffer();
    while (!isStopped()) {
      try {
        if (!source.next()) {
          break;
        }
      } catch (CommandException e) {
        fault = e.getMessage();
        break;
      }
      tally.read();
      if (source.fault() instanceof String shape) {
        reject(new RecordProblem(source.line(), null, shape), source.progress());
        continue;
      }
      record.reset();
      try {
        source.writeTo(record);
      } catch (BadRecordException e) {
        reject(new RecordProblem(source.line(), e.field(), e.reason()), source.progress());
        continue;
      }
      var lane = lanes.of(record);
      var builder = builders.get(lane);
      if (builder.isFullFor(record.size())) {
        offer(queues.get(lane), builder.take(source.progress()));
      }
      builder.add(record, source.line());
    }
    for (var lane = 0; lane < plan.lanes() && !isStopped(); lane++) {
      if (!builders.get(lane).isEmpty()) {
        offer(queues.get(lane), builders.get(lane).take(fault == null ? 1 : source.progress()));
      }
    }
    return fault;
  }

  /** A record that cannot even be sent. */
  private void reject(RecordProblem problem, double share) {
    tally.rejected(1);
    listener.problem(problem);
    listener.answered(0, 1, share);
    if (!plan.skipBad()) {
      stop("stopped at the first bad record");
    }
  }

  private void offer(BlockingQueue<Chunk> queue, Chunk chunk) throws InterruptedException {
    while (!queue.offer(chunk, 100, TimeUnit.MILLISECONDS)) {
      if (isStopped() && !chunk.isEnd()) {
        return;
      }
    }
  }

  private void drain(BlockingQueue<Chunk> queue) {
    try {
      for (var chunk = queue.take(); !chunk.isEnd(); chunk = queue.take()) {
        if (!isStopped()) {
          settle(chunk, sender.send(chunk, this::isStopped));
        }
      }
    } catch (InterruptedException e) {
      stop("interrupted");
      Thread.currentThread().interrupt();
    }
  }

  private void settle(Chunk chunk, Answer answer) {
    tally.sent(chunk.records());
    switch (answer) {
      case Answer.Done done -> {
        tally.accepted(done.accepted());
        tally.rejected(done.rejected());
        done.problems().forEach(listener::problem);
        listener.answered(done.accepted(), done.rejected(), chunk.share());
      }
      case Answer.Refused refused -> {
        tally.rejected(refused.rejected());
        tally.accepted(refused.accepted());
        tally.heldBack(chunk.records() - refused.accepted() - refused.rejected());
        refused.problems().forEach(listener::problem);
        listener.answered(refused.accepted(), refused.rejected(), chunk.share());
        stop("stopped at the first bad record");
      }
      case Answer.Later later -> tally.unknown(chunk.records());
      case Answer.Never never -> {
        if (never.unknown()) {
          tally.unknown(chunk.records());
        }
        stop(never.reason());
      }
    }
  }

  private boolean isStopped() {
    return failure.get() != null;
  }

  /** The first reason counts. */
  private void stop(String reason) {
    failure.compareAndSet(null, reason);
  }
}
