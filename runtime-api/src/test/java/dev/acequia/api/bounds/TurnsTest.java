package dev.acequia.api.bounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private final Turns turns = new Turns(4, Duration.ofMillis(20));

  @Test
  void leavesTurnsForOthersHoweverManyOneClientSends() throws Exception {
    try (var _ = turns.take("greedy");
        var _ = turns.take("greedy")) {
      assertThatThrownBy(() -> turns.take("greedy")).isInstanceOf(Turns.NoneLeftException.class);
      turns.take("other").close();
    }
    turns.take("greedy").close();
  }

  @Test
  void givesNoMoreTurnsThanThereAre() throws Exception {
    var taken = new ArrayList<Turns.Turn>();
    for (var i = 0; i < 4; i++) {
      taken.add(turns.take("client " + i));
    }
    assertThatThrownBy(() -> turns.take("late")).isInstanceOf(Turns.NoneLeftException.class);
    taken.removeLast().close();
    turns.take("late").close();
    taken.forEach(Turns.Turn::close);
  }

  @Test
  void givesATurnToWhoWaitsForIt() throws Exception {
    var patient = new Turns(2, Duration.ofMinutes(1));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = patient.take("client");
      var second =
          threads.submit(
              () -> {
                try (var _ = patient.take("client")) {
                  return true;
                }
              });
      first.close();
      assertThat(second.get()).isTrue();
    }
  }
}
