package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ForeignReadsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Semaphore ends = new Semaphore(0);
  private final List<String> begun = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    ends.release(100);
  }

  /** Fifty pipelines that name one large Secret, which changes every few seconds. */
  @Test
  void aPipelineWaitsForOneReadOfAnotherNamespaceAtMost() {
    var crowd = IntStream.range(0, 20).mapToObj(_ -> read("crowd")).toList();
    await().atMost(LIMIT).until(() -> crowd.stream().allMatch(ForeignReadsTest::waits));
    assertThat(begun).containsExactly("crowd", "crowd");
    var own = read("ops");
    await().atMost(LIMIT).until(() -> waits(own));
    ends.release();
    await().atMost(LIMIT).until(() -> begun.size() == 3);
    assertThat(begun).last().isEqualTo("ops");
  }

  private Thread read(String namespace) {
    return Thread.ofPlatform()
        .daemon()
        .start(
            () ->
                ForeignReads.judge(
                    namespace,
                    () -> {
                      begun.add(namespace);
                      ends.acquireUninterruptibly();
                      return namespace;
                    },
                    found -> found));
  }

  private static boolean waits(Thread thread) {
    return thread.getState() == Thread.State.WAITING;
  }
}
