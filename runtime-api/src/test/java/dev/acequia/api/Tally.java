package dev.acequia.api;

import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Outcomes of requests, and how often each was met. */
final class Tally {
  private static final String UNEXPLAINED = "unexplained ";

  private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

  void count(String outcome) {
    counts.computeIfAbsent(outcome, _ -> new LongAdder()).increment();
  }

  /** Counts an answer by its status; a 5xx that does not say when to try again apart. */
  void answer(HttpResponse<?> answer) {
    var explained = answer.headers().firstValue("Retry-After").isPresent();
    answer(answer.statusCode(), explained);
  }

  void answer(int status, boolean saysWhenToTryAgain) {
    count(status < 500 || saysWhenToTryAgain ? Integer.toString(status) : UNEXPLAINED + status);
  }

  long of(String outcome) {
    var count = counts.get(outcome);
    return count == null ? 0 : count.sum();
  }

  long total() {
    return counts.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Answers of 5xx that do not say when to try again. */
  long unexplained() {
    return counts.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(UNEXPLAINED))
        .mapToLong(entry -> entry.getValue().sum())
        .sum();
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
