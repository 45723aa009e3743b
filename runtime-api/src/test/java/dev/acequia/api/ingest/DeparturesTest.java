package dev.acequia.api.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeparturesTest {
  @Test
  void wakesForOneThatComesAlone() throws InterruptedException {
    try (var departures = new Departures()) {
      for (var i = 0; i < 2_000; i++) {
        var left = new CountDownLatch(1);
        departures.add(left::countDown);
        assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void letsAllOfManyThreadsLeaveOnceAndEachThreadsInItsOrder() throws InterruptedException {
    var left = new ConcurrentLinkedQueue<List<Integer>>();
    var senders = new ArrayList<Thread>();
    try (var departures = new Departures()) {
      for (var sender = 0; sender < 8; sender++) {
        var id = sender;
        senders.add(
            Thread.startVirtualThread(
                () -> {
                  for (var i = 0; i < 5_000; i++) {
                    var departure = List.of(id, i);
                    departures.add(() -> left.add(departure));
                  }
                }));
      }
      for (var sender : senders) {
        sender.join();
      }
    }
    for (var sender = 0; sender < 8; sender++) {
      var id = sender;
      assertThat(left.stream().filter(it -> it.getFirst() == id).map(List::getLast))
          .containsExactlyElementsOf(IntStream.range(0, 5_000).boxed().toList());
    }
  }

  @Test
  void closesOnceAllHaveLeft() {
    var left = new ArrayList<Integer>();
    var departures = new Departures();
    for (var i = 0; i < 1_000; i++) {
      var number = i;
      departures.add(() -> left.add(number));
    }
    departures.close();
    assertThat(left).hasSize(1_000);
  }
}
