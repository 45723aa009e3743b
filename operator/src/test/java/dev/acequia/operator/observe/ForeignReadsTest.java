package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ForeignReadsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int CROWD = 30;

  private final Semaphore ends = new Semaphore(0);
  private final List<String> begun = new CopyOnWriteArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    ends.release(200);
    for (var reader : readers) {
      reader.join(); // the turns are shared by all tests
    }
  }

  @Test
  void shortObjectsAreReadForManyAtATimeAndNobodyWaitsForOneNamespace() {
    var crowd = IntStream.range(0, CROWD).mapToObj(_ -> read("crowd", 100)).toList();
    await().atMost(LIMIT).until(() -> begun.size() == 19 && all(crowd));
    assertThat(begun).hasSize(19).containsOnly("crowd");
    read("ops", 100);
    await().atMost(LIMIT).until(() -> begun.size() == 20);
    assertThat(begun).last().isEqualTo("ops");
  }

  /** Fifty pipelines that name one large Secret, which changes every few seconds. */
  @Test
  void longObjectsAreReadForTwoAtATimeAndNobodyWaitsForOneNamespace() {
    var crowd = IntStream.range(0, CROWD).mapToObj(_ -> read("crowd", 1 << 20)).toList();
    await().atMost(LIMIT).until(() -> begun.size() == 1 && all(crowd));
    assertThat(begun).containsExactly("crowd");
    read("ops", 1 << 20);
    await().atMost(LIMIT).until(() -> begun.size() == 2);
    assertThat(begun).containsExactly("crowd", "ops");
    read("audit", 100);
    await().atMost(LIMIT).until(() -> begun.size() == 3);
    assertThat(begun).last().isEqualTo("audit");
  }

  private Thread read(String namespace, int length) {
    ForeignObject<String> object =
        mostBytes -> {
          if (length > mostBytes) {
            return Optional.empty();
          }
          begun.add(namespace);
          ends.acquireUninterruptibly();
          return Optional.of(new ForeignObject.Answer<>(namespace));
        };
    var reader =
        Thread.ofPlatform()
            .daemon()
            .start(() -> ForeignReads.judge(namespace, object, found -> found));
    readers.add(reader);
    return reader;
  }

  /** Whether all of them wait. */
  private static boolean all(List<Thread> threads) {
    return threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING);
  }
}
