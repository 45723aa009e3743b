package dev.acequia.servers;

import java.nio.file.Path;
import java.time.Instant;
import org.apache.kafka.common.Uuid;

/**
 * One Kafka broker with its controller (KRaft) in a Java process of its own, on the class path of
 * this one. Topics are not created by use; internal topics have one replica.
 */
public final class KafkaServer implements AutoCloseable {
  private static final int NODE_ID = 1;

  private final KafkaNode node;
  private final int port;

  private KafkaServer(KafkaNode node, int port) {
    this.node = node;
    this.port = port;
  }

  /** Starts a small broker on ports of its own, or the one that this folder held before. */
  public static KafkaServer start(Path folder) {
    return start(Home.at(folder), Ports.keptIn(folder), KafkaSettings.small());
  }

  /** The same, whose clients have to log on. */
  public static KafkaServer start(Path folder, KafkaSecurity security) {
    return start(
        Home.at(folder), Ports.keptIn(folder), KafkaSettings.small().withSecurity(security));
  }

  /**
   * Starts a broker, and waits until it answers.
   *
   * @param ports {@code kafka} and {@code kafka-controller}
   */
  public static KafkaServer start(Home home, Ports ports, KafkaSettings settings) {
    var port = ports.freeFor("kafka", "Kafka");
    var controllerPort = ports.freeFor("kafka-controller", "Kafka's controller");
    var place =
        new KafkaNode.Place(Uuid.randomUuid().toString(), NODE_ID, port, NODE_ID, controllerPort);
    var node = KafkaNode.start("kafka", home, KafkaNode.Role.BOTH, place, settings);
    node.awaitAnswers();
    return new KafkaServer(node, port);
  }

  /** {@code host:port} for a client's {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  public boolean isAlive() {
    return node.process().isAlive();
  }

  /** The process id of the broker. */
  public long pid() {
    return node.process().pid();
  }

  public Instant startedAt() {
    return node.process().startedAt();
  }

  /** SIGSTOP: its port takes connections, and nobody answers on them. */
  public void freeze() {
    node.process().signal("STOP");
  }

  /** SIGCONT. */
  public void wake() {
    node.process().signal("CONT");
  }

  /** Ends the broker in order. */
  public void stop() {
    node.stop();
  }

  /** Ends the broker as a power cut does. */
  public void kill() {
    node.process().kill();
  }

  @Override
  public void close() {
    stop();
  }
}
