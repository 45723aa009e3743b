package dev.acequia.operator.apply;

import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.servers.KafkaServer;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The topics of one installation on a Kafka of a single broker. */
final class TestTopics {
  /** What the cluster has beside those of a test's pipelines. */
  private static final Set<String> NAMESPACES = Set.of("neighbours");

  private TestTopics() {}

  static KafkaTopics of(KafkaServer kafka, String installation) {
    return of(kafka, installation, TopicOwners.GONE_AFTER);
  }

  static KafkaTopics of(KafkaServer kafka, String installation, Duration goneAfter) {
    return of(config(kafka), installation, goneAfter);
  }

  static KafkaTopics of(PlatformConfig.Kafka config, String installation, Duration goneAfter) {
    var admin = LateAdmin.of(KafkaAddress.open(config.bootstrapServers()));
    return new KafkaTopics(
        admin,
        new TopicOwners(admin, TestTopics.address(config), config, installation, goneAfter),
        new Adoption(config, NAMESPACES::contains),
        null);
  }

  /** By a client of the test's. */
  static KafkaTopics of(LateAdmin admin, PlatformConfig.Kafka config, String installation) {
    return new KafkaTopics(admin, address(config), config, installation, _ -> true);
  }

  static KafkaAddress address(PlatformConfig.Kafka config) {
    return KafkaAddress.open(config.bootstrapServers());
  }

  static PlatformConfig.Kafka config(KafkaServer kafka) {
    return config(kafka, "*");
  }

  static PlatformConfig.Kafka config(KafkaServer kafka, String adoptable) {
    return config(kafka.bootstrapServers(), adoptable);
  }

  static PlatformConfig.Kafka config(String bootstrapServers, String adoptable) {
    return new PlatformConfig.Kafka(
        bootstrapServers,
        PlatformConfig.TopicProvider.DIRECT,
        1,
        1,
        null,
        List.of(adoptable),
        null,
        null);
  }

  /** Nothing in Kubernetes stands for these topics. */
  @SuppressWarnings("NullAway")
  static Children noChildren() {
    return null;
  }
}
