package dev.acequia.operator.apply;

import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's Admin client, made by the first call that can. It cannot be made while no name of the
 * bootstrap servers resolves, which is a silence of Kafka's like any other.
 */
final class LateAdmin implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LateAdmin.class);

  private final Supplier<Admin> maker;
  private @Nullable Admin made;

  LateAdmin(Supplier<Admin> maker) {
    this.maker = maker;
  }

  /**
   * The client, or one that is made by later calls. What no time mends, such as an address that is
   * none, fails at once.
   */
  static LateAdmin of(String bootstrapServers) {
    var admin = new LateAdmin(() -> Admin.create(KafkaTopics.settings(bootstrapServers)));
    try {
      admin.get();
    } catch (KafkaTopics.KafkaException e) {
      if (!e.isSilence()) {
        throw e;
      }
      log.warn("{}", e.getMessage());
    }
    return admin;
  }

  /**
   * @throws KafkaTopics.KafkaException as silence while no name resolves
   */
  synchronized Admin get() {
    if (made == null) {
      try {
        made = maker.get();
      } catch (KafkaException e) {
        throw new KafkaTopics.KafkaException("answer", e.getCause() == null ? e : e.getCause());
      }
    }
    return made;
  }

  @Override
  public synchronized void close() {
    if (made != null) {
      made.close(Duration.ofSeconds(1));
    }
  }
}
