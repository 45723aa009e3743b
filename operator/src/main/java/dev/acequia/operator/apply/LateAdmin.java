package dev.acequia.operator.apply;

import dev.acequia.operator.kafka.KafkaAddress;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's Admin client, made by the first call that can. It cannot be made while no name of the
 * bootstrap servers resolves, which is a silence of Kafka's like any other. New credentials replace
 * the client.
 */
final class LateAdmin implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LateAdmin.class);

  /** For calls that are being made with the former client. */
  private static final Duration REPLACED_WITHIN = Duration.ofSeconds(10);

  private final Supplier<Admin> maker;
  private final Supplier<String> version;
  private @Nullable Admin made;
  private String madeFor = "";

  LateAdmin(Supplier<Admin> maker) {
    this(maker, () -> "");
  }

  /**
   * @param version of the credentials; another one replaces the client
   */
  LateAdmin(Supplier<Admin> maker, Supplier<String> version) {
    this.maker = maker;
    this.version = version;
  }

  /**
   * The client, or one that is made by later calls. What no time mends, such as an address that is
   * none, fails at once.
   */
  static LateAdmin of(KafkaAddress address) {
    var admin = new LateAdmin(() -> Admin.create(KafkaTopics.settings(address)), address::version);
    try {
      admin.get();
    } catch (KafkaTopics.KafkaException e) {
      if (!e.isSilence() && e.getCause() instanceof ConfigException) {
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
    var wanted = version.get();
    if (made != null && !wanted.equals(madeFor)) {
      var former = made;
      made = null;
      Thread.ofVirtual().start(() -> former.close(REPLACED_WITHIN));
    }
    if (made == null) {
      try {
        made = maker.get();
        madeFor = wanted;
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
