package dev.acequia.operator.apply;

import dev.acequia.operator.apply.TopicClaims.Kept;
import dev.acequia.operator.plan.PlatformConfig;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who may adopt a topic that nobody holds. A topic that another namespace left, or that bears its
 * name, waits for that namespace unless the platform lists it.
 *
 * @param isNamespace whether the cluster has a namespace of this name
 */
record Adoption(PlatformConfig.Kafka kafka, Predicate<String> isNamespace) {

  /**
   * @param kept whom the topic waits for
   * @throws TopicRefusal when the topic is another namespace's
   */
  void require(TopicOwner asking, String topic, Optional<Kept> kept) {
    if (kafka.lists(topic)) {
      return;
    }
    var keeper = kept.map(Kept::owner).filter(one -> !one.namespace().equals(asking.namespace()));
    if (keeper.isPresent()) {
      throw TopicRefusal.keptForAnother(keeper.get(), topic, asking);
    }
    var dot = topic.indexOf('.');
    var prefix = dot < 0 ? "" : topic.substring(0, dot);
    if (!prefix.isEmpty() && !prefix.equals(asking.namespace()) && isNamespace.test(prefix)) {
      throw TopicRefusal.ofAnotherNamespace(prefix, topic, asking);
    }
  }
}
