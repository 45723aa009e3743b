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
  private final Turns turns = new Turns(2);
  private final Map<String, Semaphore> ends = new ConcurrentHashMap<>();
  private final List<String> begun = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  @Test
  void aNamespaceGetsNoSecondTurnWhileAnotherWaits() {
    for (var i = 0; i < 6; i++) {
      submit("crowd");
    }
    await().atMost(LIMIT).until(() -> begun.size() == 2 && turns.waiting() == 4);
    submit("ops");
    submit("ops");
    await().atMost(LIMIT).until(() -> turns.waiting() == 6);
    end("crowd");
    assertThat(begun.getLast()).isEqualTo("ops");
    end("ops");
    assertThat(begun.getLast()).isEqualTo("ops");
    end("ops");
    assertThat(begun.getLast()).isEqualTo("crowd");
    end("crowd");
    assertThat(begun.getLast()).isEqualTo("crowd");
  }

  @Test
  void aFailureGivesItsTurnBack() {
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

  private void submit(String namespace) {
    threads.execute(
        () ->
            turns.run(
                namespace,
                () -> {
                  begun.add(namespace);
                  ends(namespace).acquireUninterruptibly();
                }));
  }

  /** Ends one that works, and waits for the next. */
  private void end(String namespace) {
    var before = begun.size();
    ends(namespace).release();
    await().atMost(LIMIT).until(() -> begun.size() == before + 1);
  }

  private Semaphore ends(String namespace) {
    return ends.computeIfAbsent(namespace, _ -> new Semaphore(0));
  }
}
