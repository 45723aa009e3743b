package dev.acequia.operator.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Semaphore> ends = new ConcurrentHashMap<>();
  private final List<String> begun = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  @Test
  void nobodyWaitsForOneNamespaceAlone() {
    var turns = new Turns(3);
    submit(turns, "crowd", 6);
    awaitBegun(turns, 2, 4);
    submit(turns, "ops", 1);
    awaitBegun(turns, 3, 4);
    assertThat(begun).containsExactly("crowd", "crowd", "ops");
  }

  @Test
  void aNamespaceGetsNoSecondTurnWhileAnotherWaits() {
    var turns = new Turns(3);
    submit(turns, "crowd", 6);
    awaitBegun(turns, 2, 4);
    submit(turns, "ops", 1);
    awaitBegun(turns, 3, 4);
    submit(turns, "ops", 1);
    submit(turns, "audit", 1);
    awaitBegun(turns, 3, 6);

    end("crowd");
    awaitBegun(turns, 4, 5);
    assertThat(begun).last().isEqualTo("audit");
    end("ops");
    awaitBegun(turns, 5, 4);
    assertThat(begun).last().isEqualTo("ops");
    end("audit");
    end("ops");
    awaitBegun(turns, 6, 3);
    assertThat(begun).last().isEqualTo("crowd");
  }

  @Test
  void aNamespaceGetsItsShareAtMost() {
    var turns = new Turns(10, 2);
    submit(turns, "crowd", 6);
    awaitBegun(turns, 2, 4);
    submit(turns, "ops", 3);
    awaitBegun(turns, 4, 5);
    end("crowd");
    awaitBegun(turns, 5, 4);
    assertThat(begun).last().isEqualTo("crowd");
  }

  @Test
  void aFailureGivesItsTurnBack() {
    var turns = new Turns(2);
    for (var i = 0; i < 3; i++) {
      assertThatThrownBy(
              () ->
                  turns.take(
                      "ops",
                      () -> {
                        throw new IllegalStateException("refused");
                      }))
          .hasMessage("refused");
    }
    assertThat(turns.take("ops", () -> "read")).isEqualTo("read");
  }

  private void submit(Turns turns, String namespace, int times) {
    for (var i = 0; i < times; i++) {
      threads.execute(
          () ->
              turns.run(
                  namespace,
                  () -> {
                    begun.add(namespace);
                    ends(namespace).acquireUninterruptibly();
                  }));
    }
  }

  private void awaitBegun(Turns turns, int count, int waiting) {
    await().atMost(LIMIT).until(() -> begun.size() == count && turns.waiting() == waiting);
  }

  private void end(String namespace) {
    ends(namespace).release();
  }

  private Semaphore ends(String namespace) {
    return ends.computeIfAbsent(namespace, _ -> new Semaphore(0));
  }
}
