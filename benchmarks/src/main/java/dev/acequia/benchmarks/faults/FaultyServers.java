package dev.acequia.benchmarks.faults;

import dev.acequia.servers.Home;
import dev.acequia.servers.PostgresSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** A Kafka cluster and a PostgreSQL to which everything happens, with their disks and clocks. */
final class FaultyServers implements AutoCloseable {
  /** Small disks of their own. */
  record Disks(SmallDisk kafka, SmallDisk postgres) {}

  /** What is done to servers. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Clocks clocks;
  private final Optional<Disks> disks;
  private final FaultyKafka kafka;
  private final FaultyPostgres postgres;
  private volatile long wholeSince = System.nanoTime();

  /**
   * Starts both.
   *
   * @param kafkaProperties win over those that this sets
   */
  FaultyServers(Path folder, PostgresSettings settings, Map<String, String> kafkaProperties) {
    clocks = new Clocks(folder.resolve("clocks"));
    var kafkaHome = home(folder, "kafka");
    var postgresHome = home(folder, "postgres");
    disks = disks(kafkaHome, postgresHome);
    try {
      kafka = new FaultyKafka(kafkaHome, kafkaProperties, clocks.kafka());
      postgres = new FaultyPostgres(postgresHome, settings, clocks.postgres());
    } catch (RuntimeException e) {
      unmount();
      throw e;
    }
  }

  /** Logs stay when a disk is gone. */
  private static Home home(Path folder, String name) {
    return new Home(folder.resolve(name), folder.resolve("logs"), folder.resolve("run"));
  }

  private static Optional<Disks> disks(Home kafka, Home postgres) {
    var first = SmallDisk.mount(kafka.data());
    var second = first.flatMap(mounted -> SmallDisk.mount(postgres.data()));
    if (second.isEmpty()) {
      first.ifPresent(SmallDisk::close);
    }
    return second.map(mounted -> new Disks(first.orElseThrow(), mounted));
  }

  FaultyKafka kafka() {
    return kafka;
  }

  FaultyPostgres postgres() {
    return postgres;
  }

  Clocks clocks() {
    return clocks;
  }

  /** Empty where this process may not mount any. */
  Optional<Disks> disks() {
    return disks;
  }

  String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  Connection connect(String database) throws SQLException {
    return postgres.connect(database);
  }

  /** Of the PostgreSQL that takes writes now. */
  InetSocketAddress postgresAddress() {
    return postgres.address();
  }

  /** {@code postgresql://…}, without a detour. */
  String uri(String database) {
    return postgres.uri(database);
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
    postgres.close();
    unmount();
  }

  private void unmount() {
    disks.ifPresent(
        mounted -> {
          mounted.kafka().close();
          mounted.postgres().close();
        });
  }
}
