package dev.acequia.operator.apply;

import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.servers.KafkaServer;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;

/** The topics of one installation on a Kafka of a single broker. */
final class TestTopics {
  private TestTopics() {}

  static KafkaTopics of(KafkaServer kafka, String installation) {
    return of(kafka, installation, TopicOwners.GONE_AFTER);
  }

  static KafkaTopics of(KafkaServer kafka, String installation, Duration goneAfter) {
    var admin = Admin.create(KafkaTopics.settings(kafka.bootstrapServers()));
    return new KafkaTopics(admin, new TopicOwners(admin, config(kafka), installation, goneAfter));
  }

  static PlatformConfig.Kafka config(KafkaServer kafka) {
    return new PlatformConfig.Kafka(
        kafka.bootstrapServers(), PlatformConfig.TopicProvider.DIRECT, 1, 1, null, List.of("*"));
  }
}
