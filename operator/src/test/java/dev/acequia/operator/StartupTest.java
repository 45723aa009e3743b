package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartupTest {
  private final List<String> done = new ArrayList<>();
  private final Startup startup =
      new Startup(new End(() -> done.add("ended in order"), () -> done.add("ended")));

  @Test
  void endsTheProcessAfterTheLastThingToDo() {
    startup.fail(() -> done.add("noted"));
    assertThat(done).containsExactly("noted", "ended");
  }

  /**
   * A look at namespaces can take longer than the rest of the start, and others are served then.
   */
  @Test
  void endsNothingOnceTheStartIsOver() {
    assertThat(startup.isOver()).isFalse();
    startup.succeed();
    startup.fail(() -> done.add("noted"));
    assertThat(done).isEmpty();
    assertThat(startup.isOver()).isTrue();
  }
}
