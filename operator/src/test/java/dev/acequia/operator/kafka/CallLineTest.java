package dev.acequia.operator.kafka;

import static dev.acequia.operator.kafka.Urgency.FIRST_ANSWER;
import static dev.acequia.operator.kafka.Urgency.LOOK_AGAIN;
import static dev.acequia.operator.kafka.Urgency.REMOVAL;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CallLineTest {
  private static final Predicate<CallLine.Waiting> ANY = _ -> true;

  private final CallLine line = new CallLine();
  private long now;

  @Test
  void theMoreUrgentGoFirst() {
    put(LOOK_AGAIN, "ops", "look");
    put(FIRST_ANSWER, "ops", "new");
    put(REMOVAL, "ops", "deleted");
    assertThat(take(3)).containsExactly("deleted", "new", "look");
  }

  @Test
  void namespacesTakeTurnsAndKeepTheOrderOfTheirOwnCalls() {
    IntStream.range(0, 1000).forEach(i -> put(LOOK_AGAIN, "crowd", "crowd-" + i));
    put(LOOK_AGAIN, "ops", "ops-0");
    put(LOOK_AGAIN, "ops", "ops-1");
    assertThat(take(2)).containsExactly("crowd-0", "ops-0");
    put(LOOK_AGAIN, "late", "late-0");
    assertThat(take(4)).containsExactly("crowd-1", "ops-1", "late-0", "crowd-2");
    assertThat(line.size()).isEqualTo(997);
  }

  /** Else whoever asks for one call at a time would be the first each time. */
  @Test
  void aNamespaceWhoseCallsAreDoneComesBackAsTheLast() {
    put(LOOK_AGAIN, "crowd", "crowd-0");
    put(LOOK_AGAIN, "crowd", "crowd-1");
    put(LOOK_AGAIN, "ops", "ops-0");
    assertThat(take(2)).containsExactly("crowd-0", "ops-0");
    put(LOOK_AGAIN, "ops", "ops-1");
    assertThat(take(2)).containsExactly("crowd-1", "ops-1");
  }

  @Test
  void noneWaitsForeverForThoseThatAreMoreUrgent() {
    put(FIRST_ANSWER, "ops", "new");
    put(LOOK_AGAIN, "ops", "look");
    var taken = new ArrayList<String>();
    for (var i = 0; i < 8; i++) {
      put(REMOVAL, "crowd", "deleted-" + i);
      taken.addAll(take(1));
    }
    assertThat(taken)
        .containsExactly(
            "deleted-0",
            "deleted-1",
            "deleted-2",
            "new",
            "deleted-3",
            "deleted-4",
            "deleted-5",
            "look");
  }

  @Test
  void aNewerCallTakesThePlaceOfTheOneBeforeAndIsNoLessUrgent() {
    now = 5;
    put(FIRST_ANSWER, "ops", "flights");
    put(FIRST_ANSWER, "ops", "trains");
    now = 9;
    put(LOOK_AGAIN, "ops", "flights");
    var first = line.next(ANY).orElseThrow();
    assertThat(first)
        .returns(key("ops", "flights"), CallLine.Waiting::key)
        .returns(FIRST_ANSWER, CallLine.Waiting::urgency)
        .returns(5L, CallLine.Waiting::since)
        .returns(9L, CallLine.Waiting::notBefore);
    put(REMOVAL, "ops", "trains");
    assertThat(line.size()).isEqualTo(2);
    assertThat(take(2)).containsExactly("trains", "flights");
  }

  @Test
  void aCallThatMayNotBeMadeYetHoldsNobodyUp() {
    put(LOOK_AGAIN, "ops", "busy");
    put(LOOK_AGAIN, "ops", "free");
    assertThat(line.next(call -> !call.key().subject().equals("busy")).orElseThrow().key())
        .isEqualTo(key("ops", "free"));
    assertThat(line.next(_ -> false)).isEmpty();
  }

  /** What is most urgent may be what gets no answer. */
  @Test
  void theLeastTriedGoesFirstWhileKafkaIsSilent() {
    now = 8;
    put(REMOVAL, "ops", "deleted");
    now = 5;
    put(LOOK_AGAIN, "ops", "look");
    assertThat(line.leastTried(ANY).orElseThrow().key()).isEqualTo(key("ops", "look"));
    var tried = line.leastTried(ANY).orElseThrow();
    line.take(tried);
    line.put(tried.again(11));
    assertThat(line.leastTried(ANY).orElseThrow().key()).isEqualTo(key("ops", "deleted"));
  }

  @Test
  void forgetsWhatIsRemoved() {
    put(LOOK_AGAIN, "ops", "flights");
    line.remove(key("ops", "flights"));
    line.remove(key("ops", "trains"));
    assertThat(line.contains(key("ops", "flights"))).isFalse();
    assertThat(line.size()).isZero();
    assertThat(line.next(ANY)).isEmpty();
  }

  @Test
  void saysForHowLongTheOldestHasWaited() {
    assertThat(line.longestWait(100)).isZero();
    now = 20;
    put(LOOK_AGAIN, "ops", "flights");
    now = 30;
    put(REMOVAL, "ops", "trains");
    assertThat(line.longestWait(100)).isEqualTo(80);
  }

  private void put(Urgency urgency, String namespace, String subject) {
    line.put(new CallLine.Waiting(key(namespace, subject), urgency, () -> true, now, now));
  }

  private List<String> take(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            _ -> {
              var next = line.next(ANY).orElseThrow();
              line.take(next);
              return (String) next.key().subject();
            })
        .toList();
  }

  private static CallKey key(String namespace, String subject) {
    return new CallKey(namespace, subject);
  }
}
