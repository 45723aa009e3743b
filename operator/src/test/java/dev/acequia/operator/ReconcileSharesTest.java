package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReconcileSharesTest {
  private final ReconcileShares shares = new ReconcileShares(2);
  private final List<String> brought = new ArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Running> running = new HashMap<>();

  private record Running(CountDownLatch mayEnd, Future<?> reconcile) {}

  @AfterEach
  void endAll() {
    running.values().forEach(one -> one.mayEnd().countDown());
    threads.close();
  }

  @Test
  void aNamespaceTakesItsShareAndLeavesTheOtherThreads() throws Exception {
    assertThat(begins("crowd", "a")).isTrue();
    assertThat(begins("crowd", "b")).isTrue();
    assertThat(begins("crowd", "c")).isFalse();
    assertThat(begins("ops", "a")).isTrue();
    end("ops", "a");
    assertThat(brought).isEmpty();
  }

  @Test
  void eachThatEndsBringsTheNextOfItsNamespace() throws Exception {
    begins("crowd", "a");
    begins("crowd", "b");
    begins("crowd", "c");
    begins("crowd", "d");
    begins("crowd", "c"); // an event retries it, and it keeps its place
    end("crowd", "a");
    assertThat(brought).containsExactly("c");
    assertThat(begins("crowd", "c")).isTrue();
    end("crowd", "b");
    end("crowd", "c");
    assertThat(brought).containsExactly("c", "d");
    assertThat(begins("crowd", "d")).isTrue();
    end("crowd", "d");
    assertThat(brought).hasSize(2);
  }

  /** Another event may have come first. */
  @Test
  void whatBeginsIsNotBroughtOnceMore() throws Exception {
    begins("crowd", "a");
    begins("crowd", "b");
    begins("crowd", "c");
    begins("crowd", "d");
    end("crowd", "a");
    assertThat(begins("crowd", "d")).isTrue();
    end("crowd", "b");
    assertThat(brought).containsExactly("c");
  }

  @Test
  void saysOfAResourceThatItsReconcileWasPutOffUntilItRuns() throws Exception {
    begins("crowd", "a");
    begins("crowd", "b");
    begins("crowd", "c");
    assertThat(shares.isPutOff(Reconciled.of(resource("crowd", "c")))).isTrue();
    assertThat(shares.isPutOff(Reconciled.of(resource("crowd", "a")))).isFalse();
    end("crowd", "a");
    begins("crowd", "c");
    assertThat(shares.isPutOff(Reconciled.of(resource("crowd", "c")))).isFalse();
    begins("crowd", "d");
    shares.forget(Reconciled.of(resource("crowd", "d")));
    assertThat(shares.isPutOff(Reconciled.of(resource("crowd", "d")))).isFalse();
    end("crowd", "b");
    assertThat(brought).containsExactly("c");
  }

  /** Whether the reconcile begins; it goes on until {@link #end}. */
  private boolean begins(String namespace, String name) throws InterruptedException {
    var decided = new CountDownLatch(1);
    var mayEnd = new CountDownLatch(1);
    var began = new boolean[1];
    var reconcile =
        threads.submit(
            () -> {
              var _ =
                  shares.run(
                      resource(namespace, name),
                      () -> brought.add(name),
                      () -> {
                        began[0] = true;
                        decided.countDown();
                        awaitQuietly(mayEnd);
                        return name;
                      });
              decided.countDown();
            });
    decided.await();
    if (began[0]) {
      running.put(namespace + "/" + name, new Running(mayEnd, reconcile));
    }
    return began[0];
  }

  private void end(String namespace, String name) throws InterruptedException, ExecutionException {
    var one = Objects.requireNonNull(running.remove(namespace + "/" + name));
    one.mayEnd().countDown();
    one.reconcile().get();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ConfigMap resource(String namespace, String name) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .endMetadata()
        .build();
  }
}
