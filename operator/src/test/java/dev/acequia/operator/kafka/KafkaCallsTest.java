package dev.acequia.operator.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class KafkaCallsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final KafkaCalls calls = new KafkaCalls(Clock.systemUTC(), PAUSE);
  private final AtomicInteger inProgress = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void close() {
    end.countDown();
    calls.close();
  }

  @Test
  void atMostTwoWaitAtATime() {
    for (var i = 0; i < 20; i++) {
      submit("call-" + i, this::waitsForTheEnd);
    }
    await().atMost(LIMIT).until(() -> inProgress.get() == 2);
    await().during(Duration.ofMillis(200)).atMost(LIMIT).until(() -> inProgress.get() == 2);
  }

  @Test
  void aCallGivesItsPlaceToANewerOneOfItsKeyAndNeverRunsBesideIt() {
    var made = new CopyOnWriteArrayList<String>();
    submit("flights", this::waitsForTheEnd);
    await().atMost(LIMIT).until(() -> inProgress.get() == 1);
    submit("flights", () -> made.add("second"));
    submit("flights", () -> made.add("third"));
    submit("trains", () -> made.add("other"));
    await().atMost(LIMIT).until(() -> made.equals(List.of("other")));

    end.countDown();
    await().atMost(LIMIT).until(() -> made.equals(List.of("other", "third")));
  }

  @Test
  void whileKafkaIsSilentOneIsTriedNowAndThenAndAllAreMadeOnceItAnswers() {
    var silent = new AtomicBoolean(true);
    var tried = new AtomicInteger();
    var answered = new AtomicInteger();
    var told = new AtomicInteger();
    calls.onSilence(told::incrementAndGet);
    var begun = System.nanoTime();
    for (var i = 0; i < 100; i++) {
      submit(
          "call-" + i,
          () -> {
            tried.incrementAndGet();
            if (silent.get()) {
              return false;
            }
            answered.incrementAndGet();
            return true;
          });
    }
    await().atMost(LIMIT).until(() -> told.get() == 1);
    var tries = tried.get();
    var pauses = (System.nanoTime() - begun) / PAUSE.toNanos();
    assertThat(calls.silentSince()).isPresent();
    assertThat((long) tries).isLessThanOrEqualTo(Math.min(99, 5 + pauses));

    silent.set(false);
    await().atMost(LIMIT).until(() -> answered.get() == 100);
    assertThat(calls.silentSince()).isEmpty();
    assertThat(told).hasValue(1);
  }

  @RepeatedTest(200)
  void tellsOnceThoughTwoCallsFindTheSilenceAtOnce() {
    var told = new AtomicInteger();
    var calls = new KafkaCalls(Clock.systemUTC(), Duration.ofMinutes(1));
    try {
      calls.onSilence(told::incrementAndGet);
      var met = new CyclicBarrier(2);
      // The third call opens the circuit, and the fourth began before it.
      for (var i = 0; i < 4; i++) {
        calls.submit(key("ops", "call-" + i), Urgency.LOOK_AGAIN, () -> isSilentAfter(met));
      }
      await().pollInterval(1, TimeUnit.MILLISECONDS).atMost(LIMIT).until(() -> told.get() > 0);
    } finally {
      calls.close();
    }
    assertThat(told).hasValue(1);
  }

  /** Kafka was not asked, so it has not answered. */
  @Test
  void aCallThatFailsByItselfEndsNoSilence() {
    for (var i = 0; i < 5; i++) {
      submit("call-" + i, () -> false);
    }
    await().atMost(LIMIT).until(() -> calls.silentSince().isPresent());
    var failed = new AtomicInteger();
    for (var i = 0; i < 5; i++) {
      submit(
          "broken-" + i,
          () -> {
            failed.incrementAndGet();
            throw new IllegalStateException("broken");
          });
    }
    await().atMost(LIMIT).until(() -> failed.get() == 5);
    assertThat(calls.silentSince()).isPresent();
  }

  @Test
  void oneCallThatIsNeverAnsweredDoesNotStopTheOthers() {
    var answered = new AtomicInteger();
    submit("leaderless", () -> false);
    for (var i = 0; i < 50; i++) {
      submit("call-" + i, () -> answered.incrementAndGet() > 0);
    }
    await().atMost(LIMIT).until(() -> answered.get() == 50);
  }

  @Test
  void noThreadEndsWithACallOrAListenerThatFails() {
    calls.onSilence(
        () -> {
          throw new IllegalStateException("a listener that fails");
        });
    for (var i = 0; i < 4; i++) {
      submit(
          "error-" + i,
          () -> {
            throw new NoClassDefFoundError("a call that fails");
          });
    }
    var silent = new AtomicBoolean(true);
    for (var i = 0; i < 4; i++) {
      submit("silent-" + i, () -> !silent.get());
    }
    await().atMost(LIMIT).until(() -> calls.silentSince().isPresent());
    silent.set(false);
    var answered = new AtomicInteger();
    submit("last", () -> answered.incrementAndGet() > 0);
    await().atMost(LIMIT).until(() -> answered.get() == 1);
  }

  @Test
  void aCancelledCallIsNotMadeAgain() {
    var tried = new AtomicInteger();
    submit(
        "flights",
        () -> {
          tried.incrementAndGet();
          return waitsForTheEnd() && false;
        });
    await().atMost(LIMIT).until(() -> inProgress.get() == 1);
    calls.cancel(key("ops", "flights"));
    end.countDown();
    await().during(PAUSE.multipliedBy(4)).atMost(LIMIT).until(() -> tried.get() == 1);
  }

  /** A successor may write what they write. */
  @Test
  void closingWaitsForTheCallsThatAreBeingMade() {
    var ended = new AtomicBoolean();
    submit(
        "flights",
        () -> {
          waitsForTheEnd();
          var lastWrite =
              CompletableFuture.runAsync(
                  () -> ended.set(true),
                  CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS));
          Thread.interrupted();
          lastWrite.join();
          return true;
        });
    await().atMost(LIMIT).until(() -> inProgress.get() == 1);
    calls.close();
    var atTheEnd = ended.get(); // at once: to load the assertions may take as long
    assertThat(atTheEnd).isTrue();
  }

  /**
   * However many pipelines a slow Kafka is asked about, a deletion has a limit. Those that look
   * again hold the threads until the others were made.
   */
  @Test
  void aDeletionGoesBeforeThoseThatOnlyLookAgain() {
    var looked = new AtomicInteger();
    var urgent = new CountDownLatch(2);
    occupy();
    crowd(urgent, looked);
    calls.submit(key("ops", "new"), Urgency.FIRST_ANSWER, () -> countsDown(urgent));
    calls.submit(key("ops", "deleted"), Urgency.REMOVAL, () -> countsDown(urgent));
    assertThat(calls.waiting()).isEqualTo(102);
    assertThat(calls.longestWait()).isPositive();
    end.countDown();
    await().atMost(LIMIT).until(() -> looked.get() == 100);
    assertThat(calls.waiting()).isZero();
    assertThat(calls.longestWait()).isZero();
  }

  @Test
  void oneNamespacesCrowdDelaysAnothersCallByOneAtMost() {
    var crowded = new AtomicInteger();
    var one = new CountDownLatch(1);
    occupy();
    crowd(one, crowded);
    calls.submit(key("trains", "one"), Urgency.LOOK_AGAIN, () -> countsDown(one));
    end.countDown();
    await().atMost(LIMIT).until(() -> crowded.get() == 100);
  }

  @Test
  void oneNamespacesSlowCallsDoNotHoldAllThreads() {
    calls.submit(key("trains", "slow"), Urgency.LOOK_AGAIN, this::waitsForTheEnd);
    await().atMost(LIMIT).until(() -> inProgress.get() == 1);
    var made = new CopyOnWriteArrayList<String>();
    var begin = new CountDownLatch(1);
    submit("first", () -> HeldCalls.isAnsweredAfter(begin));
    for (var i = 0; i < 10; i++) {
      calls.submit(key("trains", "slow-" + i), Urgency.REMOVAL, this::waitsForTheEnd);
      submit("quick-" + i, () -> made.add("quick"));
    }
    begin.countDown();
    await().atMost(LIMIT).until(() -> made.size() == 10);
    // With nobody else in line it has both.
    await().atMost(LIMIT).until(() -> inProgress.get() == 2);
  }

  @Test
  void saysWhetherACallWaitsForOthers() {
    submit("first", this::waitsForTheEnd);
    await().atMost(LIMIT).until(() -> inProgress.get() == 1);
    assertThat(calls.waitsForOthers(key("ops", "first"))).isFalse();
    submit("second", this::waitsForTheEnd);
    await().atMost(LIMIT).until(() -> inProgress.get() == 2);
    submit("third", () -> true);
    assertThat(calls.waitsForOthers(key("ops", "third"))).isTrue();
  }

  /** A hundred calls of one namespace, each of which holds its thread until then. */
  private void crowd(CountDownLatch until, AtomicInteger made) {
    for (var i = 0; i < 100; i++) {
      submit("crowd-" + i, () -> HeldCalls.isAnsweredAfter(until) && made.incrementAndGet() > 0);
    }
  }

  /** Both threads, until the end. */
  private void occupy() {
    submit("busy-1", this::waitsForTheEnd);
    submit("busy-2", this::waitsForTheEnd);
    await().atMost(LIMIT).until(() -> inProgress.get() == 2);
  }

  private void submit(String subject, KafkaCalls.Call call) {
    calls.submit(key("ops", subject), Urgency.LOOK_AGAIN, call);
  }

  private static CallKey key(String namespace, String subject) {
    return new CallKey(namespace, subject);
  }

  private boolean waitsForTheEnd() {
    inProgress.incrementAndGet();
    return HeldCalls.isAnsweredAfter(end);
  }

  private static boolean isSilentAfter(CyclicBarrier met) {
    try {
      met.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
      return false;
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      return false;
    }
  }

  private static boolean countsDown(CountDownLatch latch) {
    latch.countDown();
    return true;
  }
}
