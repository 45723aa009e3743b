package dev.acequia.benchmarks.faults;

import dev.acequia.servers.Home;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** A Kafka cluster and a store to which everything happens, with Kafka's disk and all clocks. */
final class FaultyServers implements AutoCloseable {
  /** What is done to servers. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  /** Starts a store. */
  @FunctionalInterface
  interface StoreStart {
    /**
     * Starts it.
     *
     * @param home logs stay when a disk is gone
     */
    HistoryStore start(Home home, Clocks clocks);
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Clocks clocks;
  private final Optional<SmallDisk> kafkaDisk;
  private final FaultyKafka kafka;
  private final HistoryStore store;
  private volatile long wholeSince = System.nanoTime();

  /**
   * Starts both.
   *
   * @param kafkaProperties win over those that this sets
   */
  FaultyServers(Path folder, StoreStart start, Map<String, String> kafkaProperties) {
    clocks = new Clocks(folder.resolve("clocks"));
    var kafkaHome = home(folder, "kafka");
    kafkaDisk = SmallDisk.mount(kafkaHome.data());
    try {
      kafka = new FaultyKafka(kafkaHome, kafkaProperties, clocks.kafka());
    } catch (RuntimeException e) {
      kafkaDisk.ifPresent(SmallDisk::close);
      throw e;
    }
    try {
      store = start.start(home(folder, "store"), clocks);
    } catch (RuntimeException e) {
      kafka.close();
      kafkaDisk.ifPresent(SmallDisk::close);
      throw e;
    }
  }

  private static Home home(Path folder, String name) {
    return new Home(folder.resolve(name), folder.resolve("logs"), folder.resolve("run"));
  }

  FaultyKafka kafka() {
    return kafka;
  }

  HistoryStore store() {
    return store;
  }

  Clocks clocks() {
    return clocks;
  }

  /** That of the brokers; empty where this process may not mount any. */
  Optional<SmallDisk> kafkaDisk() {
    return kafkaDisk;
  }

  String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** Does something to the servers while nobody else does. */
  void alone(Work work) throws Exception {
    lock.lock();
    try {
      work.run();
    } finally {
      wholeSince = System.nanoTime();
      lock.unlock();
    }
  }

  /** Since when nobody else does anything to the servers; now, while somebody does. */
  long wholeSince() {
    return lock.isLocked() && !lock.isHeldByCurrentThread() ? System.nanoTime() : wholeSince;
  }

  @Override
  public void close() {
    kafka.close();
    store.close();
    kafkaDisk.ifPresent(SmallDisk::close);
  }
}
