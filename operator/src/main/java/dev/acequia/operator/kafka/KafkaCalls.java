package dev.acequia.operator.kafka;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls that wait for Kafka. At most {@value #THREADS} threads wait at a time; the other calls
 * stand in {@linkplain CallLine line}. After a few calls without an answer the circuit opens: then
 * one call is tried every 10 s, each in turn, and the first answer lets the line move again. A call
 * stays in line until it is answered.
 */
public final class KafkaCalls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KafkaCalls.class);
  private static final int THREADS = 2;

  /** In a row. A partition without a leader lets one call of many time out. */
  private static final int SILENT_CALLS = 3;

  private static final Duration PAUSE = Duration.ofSeconds(10);

  /** A call whose thread is interrupted waits no more. */
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(2);

  /** How a client's constructor tells that no name of the bootstrap servers resolves. */
  private static final String UNRESOLVED = "No resolvable bootstrap urls";

  private final Clock clock;
  private final Duration pause;
  private final CircuitBreaker circuit;
  private final List<Thread> threads;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final CallLine line = new CallLine();
  private final Set<CallKey> running = new HashSet<>();
  private final Set<CallKey> cancelled = new HashSet<>();
  private @Nullable Instant firstSilent;
  private volatile @Nullable Instant silentSince;

  public KafkaCalls(Clock clock) {
    this(clock, PAUSE);
  }

  /**
   * @param pause between two tries of one call, and of any call while the circuit is open
   */
  KafkaCalls(Clock clock, Duration pause) {
    this.clock = clock;
    this.pause = pause;
    circuit =
        CircuitBreaker.of(
            "kafka",
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(SILENT_CALLS)
                .minimumNumberOfCalls(SILENT_CALLS)
                .failureRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitDurationInOpenState(pause)
                .clock(new SteadyClock())
                .build());
    threads =
        IntStream.rangeClosed(1, THREADS)
            .mapToObj(
                i -> Thread.ofPlatform().daemon().name("kafka-calls-" + i).start(this::makeCalls))
            .toList();
  }

  private enum Outcome {
    ANSWERED,
    SILENT,
    /** The call failed by itself, which says nothing of Kafka. */
    BROKEN
  }

  /** A call to Kafka. */
  @FunctionalInterface
  public interface Call {
    /**
     * Makes the call, and keeps what is answered.
     *
     * @return whether Kafka answered, be it with a refusal; false lets the call be made again
     */
    boolean isAnswered();
  }

  /** Whether this is no answer of Kafka's, but the lack of one. */
  public static boolean isSilence(@Nullable Throwable cause) {
    return cause instanceof java.util.concurrent.TimeoutException
        || cause instanceof TimeoutException
        || cause instanceof DisconnectException
        || cause instanceof NetworkException
        || (cause instanceof ConfigException
            && String.valueOf(cause.getMessage()).startsWith(UNRESOLVED));
  }

  /**
   * Puts a call in line. One with the same key that has not begun gives its place to it; two with
   * the same key are never made at the same time.
   */
  public void submit(CallKey key, Urgency urgency, Call call) {
    var now = System.nanoTime();
    locked(() -> line.put(new CallLine.Waiting(key, urgency, call, now, now)));
  }

  /** Takes the call with this key out of the line. One that is being made is not made again. */
  public void cancel(CallKey key) {
    locked(
        () -> {
          line.remove(key);
          if (running.contains(key)) {
            cancelled.add(key);
          }
        });
  }

  /** Whether this call has to wait until others were made. */
  public boolean waitsForOthers(CallKey key) {
    return look(() -> line.contains(key) && line.size() + running.size() > THREADS);
  }

  /** How many calls wait to be made, again or for the first time. */
  public int waiting() {
    return look(() -> line.size());
  }

  /** For how long the oldest of them has waited. */
  public Duration longestWait() {
    return look(() -> Duration.ofNanos(line.longestWait(System.nanoTime())));
  }

  /** When Kafka fell silent; empty while it answers. */
  public Optional<Instant> silentSince() {
    return Optional.ofNullable(silentSince);
  }

  /** Runs this each time when Kafka has fallen silent. */
  public void onSilence(Runnable listener) {
    listeners.add(listener);
  }

  /** Ends the line, and the calls that are being made: a successor may write what they write. */
  @Override
  public void close() {
    locked(line::clear);
    threads.forEach(Thread::interrupt);
    try {
      for (var thread : threads) {
        if (!thread.join(ENDS_WITHIN)) {
          log.warn("a call to Kafka has not ended within {}", ENDS_WITHIN);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void makeCalls() {
    try {
      while (true) {
        make(next());
      }
    } catch (InterruptedException e) { // closed
      Thread.currentThread().interrupt();
    }
  }

  private CallLine.Waiting next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        var next = candidate(System.nanoTime());
        if (next.isPresent() && circuit.tryAcquirePermission()) {
          line.take(next.get());
          running.add(next.get().key());
          return next.get();
        }
        if (line.size() == 0) {
          changed.await();
        } else { // for the end of a pause
          var _ = changed.await(pause.toMillis() / 10, TimeUnit.MILLISECONDS);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private Optional<CallLine.Waiting> candidate(long now) {
    Predicate<CallLine.Waiting> mayBeMade =
        call -> !running.contains(call.key()) && call.notBefore() - now <= 0;
    if (circuit.getState() != CircuitBreaker.State.CLOSED) {
      return line.leastTried(mayBeMade); // the most urgent may be the one that gets no answer
    }
    // No namespace's slow calls hold all threads while another waits.
    return line.next(mayBeMade.and(call -> !isBusy(call.key().namespace())))
        .or(() -> line.next(mayBeMade));
  }

  private boolean isBusy(String namespace) {
    return running.stream().anyMatch(key -> key.namespace().equals(namespace));
  }

  private void make(CallLine.Waiting turn) {
    var began = clock.instant();
    var start = System.nanoTime();
    Outcome outcome;
    try {
      outcome = turn.call().isAnswered() ? Outcome.ANSWERED : Outcome.SILENT;
    } catch (RuntimeException | Error e) { // a thread that ends would leave the line standing
      log.error("a call to Kafka ended without an answer or the lack of one: {}", turn.key(), e);
      outcome = Outcome.BROKEN;
    }
    switch (outcome) {
      case ANSWERED -> circuit.onSuccess(System.nanoTime() - start, TimeUnit.NANOSECONDS);
      case SILENT ->
          circuit.onError(
              System.nanoTime() - start,
              TimeUnit.NANOSECONDS,
              new java.util.concurrent.TimeoutException("Kafka did not answer"));
      case BROKEN -> circuit.releasePermission();
    }
    ended(turn, began, outcome);
  }

  private void ended(CallLine.Waiting turn, Instant began, Outcome outcome) {
    boolean wasSilent;
    boolean isSilent;
    lock.lock();
    try { // two calls may end at once, and one of them alone changes it
      wasSilent = silentSince != null;
      note(turn, began, outcome);
      isSilent = silentSince != null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (isSilent && !wasSilent) {
      log.warn("Kafka has not answered since {}; it is tried every {}", silentSince, pause);
      listeners.forEach(KafkaCalls::tell);
    } else if (wasSilent && !isSilent) {
      log.info("Kafka answers again");
    }
  }

  private static void tell(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException | Error e) {
      log.error("somebody was not told that Kafka is silent", e);
    }
  }

  private void note(CallLine.Waiting turn, Instant began, Outcome outcome) {
    running.remove(turn.key());
    var wanted = !cancelled.remove(turn.key());
    switch (outcome) {
      case ANSWERED -> {
        firstSilent = null;
        silentSince = null;
      }
      case SILENT -> noteSilence(turn, began, wanted);
      case BROKEN -> {}
    }
  }

  private void noteSilence(CallLine.Waiting turn, Instant began, boolean wanted) {
    if (wanted && !line.contains(turn.key())) {
      line.put(turn.again(System.nanoTime() + pause.toNanos()));
    }
    firstSilent = firstSilent == null || began.isBefore(firstSilent) ? began : firstSilent;
    if (silentSince == null && circuit.getState() == CircuitBreaker.State.OPEN) {
      silentSince = firstSilent;
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private <T> T look(Supplier<T> question) {
    lock.lock();
    try {
      return question.get();
    } finally {
      lock.unlock();
    }
  }
}
