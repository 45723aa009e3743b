package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReconcileGateTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final ReconcileGate gate = new ReconcileGate();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  @Test
  void theEndWaitsForAReconcileThatHasBegunAndLetsNoneBegin() throws Exception {
    var begun = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var reconcile =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return gate.pass(
                    () -> {
                      begun.countDown();
                      return goOn.await(10, TimeUnit.SECONDS);
                    });
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            },
            threads);
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    var end = CompletableFuture.supplyAsync(() -> gate.close(LIMIT), threads);
    await().atMost(LIMIT).until(this::isClosed);
    assertThat(end).isNotDone();

    goOn.countDown();
    assertThat(reconcile.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(end.get(10, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> gate.pass(() -> "late")).isInstanceOf(CancellationException.class);
  }

  @Test
  void theEndDoesNotWaitForEver() throws Exception {
    gate.pass(
        () ->
            assertThat(
                    CompletableFuture.supplyAsync(() -> gate.close(Duration.ZERO), threads).get())
                .isFalse());
  }

  private boolean isClosed() throws Exception {
    try {
      return gate.pass(() -> false);
    } catch (CancellationException e) {
      return true;
    }
  }
}
