package dev.acequia.api;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Pushes and reads small things all the time, one at a time, and takes down how long it takes. */
final class HonestClient {
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final List<String> READS =
      List.of(
          "/v1/records/7",
          "/v1/records?id=eq.8&select=id",
          "/v1/records?id=gte.1&id=lte.100&order=id&limit=10&select=id");

  private final AttackTarget target;
  private final Tally tally = new Tally();
  private final List<Long> nanos = new ArrayList<>();
  private int retried;

  HonestClient(AttackTarget target) {
    this.target = target;
  }

  /** Goes on until the attacks end. */
  void run() throws InterruptedException {
    for (var i = 0; !target.pause(PAUSE); i++) {
      var start = System.nanoTime();
      if (!once(i)) {
        retried++;
        if (!once(i)) {
          tally.count("no answer");
        }
      }
      nanos.add(System.nanoTime() - start);
    }
  }

  /** Whether there was an answer; a kept connection may be ended while the request is sent. */
  private boolean once(int number) throws InterruptedException {
    var request =
        number % 2 == 0
            ? target
                .request("/v1/records")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"id\":" + (9_000_000 + number) + "}"))
            : target.request(READS.get(number / 2 % READS.size())).GET();
    request.header("X-Api-Key", target.key());
    try {
      var answer = target.http().send(request.build(), BodyHandlers.ofString());
      tally.answer(answer);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  Tally tally() {
    return tally;
  }

  int requests() {
    return nanos.size();
  }

  /** Of all requests, whatever they were answered; of those without an answer until it gave up. */
  Duration percentile(double share) {
    var sorted = nanos.stream().sorted().toList();
    return Duration.ofNanos(sorted.get((int) Math.ceil(share * sorted.size()) - 1));
  }

  @Override
  public String toString() {
    return "%d requests, %s, %d sent again, p50 %d ms, p99 %d ms, max %d ms"
        .formatted(
            requests(),
            tally,
            retried,
            percentile(0.5).toMillis(),
            percentile(0.99).toMillis(),
            percentile(1).toMillis());
  }
}
