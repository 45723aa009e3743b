package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

class ClosingsTest {
  private final List<String> closed = new ArrayList<>();

  private Runnable failing(String name) {
    return () -> {
      closed.add(name);
      throw new KafkaException(name);
    };
  }

  @Test
  void closesAll_theLastFirst_whateverFails() {
    var closings = new Closings();
    closings.add(failing("first"));
    closings.add(() -> closed.add("second"));
    closings.add(failing("third"));
    assertThatThrownBy(closings::close)
        .hasMessage("third")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(closed).containsExactly("third", "second", "first");
  }

  @Test
  void doesNotHideWhyTheRunEnded() {
    var why = new TerminationException(Termination.Reason.KafkaRefused, "refused");
    assertThatThrownBy(
            () -> {
              try (var closings = new Closings()) {
                closings.add(failing("consumer"));
                throw why;
              }
            })
        .isSameAs(why)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
  }
}
