package dev.acequia.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;

/**
 * Several Kafka brokers and a controller of their own (KRaft), each in a Java process. Brokers are
 * numbered from 1; each may be ended and started by itself.
 */
public final class KafkaCluster implements AutoCloseable {
  private static final int CONTROLLER = 100;

  private final Home home;
  private final int brokers;
  private final KafkaSettings settings;
  private final Ports ports;
  private final String clusterId;
  private final Map<Integer, KafkaNode> nodes = new TreeMap<>();

  private KafkaCluster(Home home, Ports ports, int brokers, KafkaSettings settings) {
    this.home = home;
    this.ports = ports;
    this.brokers = brokers;
    this.settings = settings;
    clusterId = clusterId(home.data().resolve("cluster-id"));
  }

  /**
   * Starts all nodes, and waits until each broker answers. Internal topics have as many replicas as
   * there are brokers, and a record of theirs is on more than half before it is acknowledged.
   *
   * @param ports {@code kafka-controller}, and {@code kafka-1} and so on
   * @param brokers how many
   */
  public static KafkaCluster start(Home home, Ports ports, int brokers, KafkaSettings settings) {
    var properties = new HashMap<String, String>();
    for (var internal : List.of("transaction.state.log", "share.coordinator.state.topic")) {
      properties.put(internal + ".replication.factor", Integer.toString(brokers));
      properties.put(internal + ".min.isr", Integer.toString(brokers / 2 + 1));
    }
    properties.put("offsets.topic.replication.factor", Integer.toString(brokers));
    properties.putAll(settings.properties());
    var cluster =
        new KafkaCluster(
            home,
            ports,
            brokers,
            new KafkaSettings(
                settings.jvmOptions(), properties, settings.environment(), settings.security()));
    cluster.start();
    return cluster;
  }

  /** {@code host:port,…} for a client's {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return numbers().stream()
        .map(broker -> "127.0.0.1:" + ports.of("kafka-" + broker))
        .collect(Collectors.joining(","));
  }

  /** The brokers' numbers. */
  public List<Integer> numbers() {
    return IntStream.rangeClosed(1, brokers).boxed().toList();
  }

  /** Starts whatever does not run, side by side, and waits until each broker answers. */
  public synchronized void start() {
    start(numbers());
  }

  /** Starts those brokers that do not run, side by side, and waits until each answers. */
  public synchronized void start(List<Integer> wanted) {
    if (!isAlive(CONTROLLER)) {
      launch(CONTROLLER, KafkaNode.Role.CONTROLLER);
    }
    var missing = wanted.stream().filter(broker -> !isAlive(broker)).toList();
    missing.forEach(broker -> launch(broker, KafkaNode.Role.BROKER));
    missing.forEach(broker -> node(broker).awaitAnswers());
  }

  /** Whether a broker's process runs. */
  public synchronized boolean isAlive(int broker) {
    var node = nodes.get(broker);
    return node != null && node.process().isAlive();
  }

  /** Ends a broker as a power cut does. */
  public synchronized void kill(int broker) {
    node(broker).process().kill();
  }

  /** Ends all nodes in order, the controller last. */
  public synchronized void stop() {
    // Asked here, since other threads would wait for this one's lock.
    var alive = numbers().stream().filter(this::isAlive).map(this::node).toList();
    alive.parallelStream().forEach(KafkaNode::stop);
    if (isAlive(CONTROLLER)) {
      node(CONTROLLER).stop();
    }
  }

  /** Ends all nodes as a power cut does. */
  public synchronized void kill() {
    nodes.values().stream()
        .filter(node -> node.process().isAlive())
        .forEach(node -> node.process().kill());
  }

  @Override
  public void close() {
    stop();
  }

  private KafkaNode node(int number) {
    var node = nodes.get(number);
    if (node == null) {
      throw new IllegalArgumentException("there is no broker " + number);
    }
    return node;
  }

  private void launch(int number, KafkaNode.Role role) {
    var name = number == CONTROLLER ? "kafka-controller" : "kafka-" + number;
    var port = ports.freeFor(name, name);
    var place =
        new KafkaNode.Place(clusterId, number, port, CONTROLLER, ports.of("kafka-controller"));
    var own = new Home(home.data().resolve(name), home.logs(), home.run());
    nodes.put(number, KafkaNode.start(name, own, role, place, settings));
  }

  private static String clusterId(Path file) {
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, Uuid.randomUuid().toString());
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
