package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.operator.plan.TopicsPlan.DesiredTopic;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicsPlanTest {
  private static TopicsPlan plan(Duration records, Duration deadLetters) {
    return new TopicsPlan(topic("records", records), topic("letters", deadLetters));
  }

  private static DesiredTopic topic(String name, Duration retention) {
    return new DesiredTopic(
        name, 1, 1, false, Map.of("retention.ms", Long.toString(retention.toMillis())), false);
  }

  @Test
  void remembersDeletionsForAsLongAsAnythingOlderMayComeBack() {
    assertThat(plan(Duration.ofDays(7), Duration.ofDays(14)).deletionsKept())
        .contains(Duration.ofDays(30));
    assertThat(plan(Duration.ofDays(7), Duration.ofDays(90)).deletionsKept())
        .contains(Duration.ofDays(90));
    assertThat(plan(Duration.ofDays(365), Duration.ofDays(90)).deletionsKept())
        .contains(Duration.ofDays(365));
  }

  @Test
  void forgetsNoDeletionOfATopicWhoseRetentionIsAnothersToChange() {
    assertThat(
            new TopicsPlan(DesiredTopic.adopted("theirs"), topic("letters", Duration.ofDays(14)))
                .deletionsKept())
        .isEmpty();
  }

  @Test
  void forgetsNoDeletionWhileATopicKeepsAll() {
    assertThat(plan(Duration.ofMillis(-1), Duration.ofDays(14)).deletionsKept()).isEmpty();
    assertThat(plan(Duration.ofDays(7), Duration.ofMillis(-1)).deletionsKept()).isEmpty();
  }
}
