package dev.acequia.benchmarks.faults;

import dev.acequia.servers.Home;
import dev.acequia.servers.KafkaCluster;
import dev.acequia.servers.KafkaSettings;
import dev.acequia.servers.Ports;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Three brokers and a controller that are ended and started again. */
final class FaultyKafka implements AutoCloseable {
  static final int BROKERS = 3;

  /** Short lives, four of them at once. */
  private static final List<String> JVM_OPTIONS =
      List.of("-Xms64m", "-Xmx320m", "-XX:TieredStopAtLevel=1");

  private static final String SESSION_MS = "3000";
  private static final String HEARTBEAT_MS = "500";

  private final KafkaCluster cluster;

  FaultyKafka(Home home, Map<String, String> overriding, FakeClock clock) {
    var properties = new HashMap<String, String>();
    // A consumer that is stopped or killed is missed after seconds.
    properties.put("group.consumer.min.session.timeout.ms", SESSION_MS);
    properties.put("group.consumer.session.timeout.ms", SESSION_MS);
    properties.put("group.consumer.min.heartbeat.interval.ms", HEARTBEAT_MS);
    properties.put("group.consumer.heartbeat.interval.ms", HEARTBEAT_MS);
    // A broker that waits for the processor on a busy machine is not dead.
    properties.put("broker.session.timeout.ms", "6000");
    properties.putAll(overriding);
    cluster =
        KafkaCluster.start(
            home,
            Ports.keptIn(home.data()),
            BROKERS,
            new KafkaSettings(JVM_OPTIONS, properties, clock.environment()));
  }

  String bootstrapServers() {
    return cluster.bootstrapServers();
  }

  /** All brokers and the controller. */
  void restart(boolean inOrder) {
    if (inOrder) {
      cluster.stop();
    } else {
      cluster.kill();
    }
    cluster.start();
  }

  void kill(List<Integer> brokers) {
    brokers.forEach(cluster::kill);
  }

  void start(List<Integer> brokers) {
    cluster.start(brokers);
  }

  /** The numbers of all brokers. */
  List<Integer> brokers() {
    return cluster.numbers();
  }

  /** How many brokers do not run. */
  long ended() {
    return cluster.numbers().stream().filter(broker -> !cluster.isAlive(broker)).count();
  }

  @Override
  public void close() {
    cluster.kill();
  }
}
