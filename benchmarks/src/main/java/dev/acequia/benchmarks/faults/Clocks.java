package dev.acequia.benchmarks.faults;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The clocks that the processes of a history go by. */
final class Clocks {
  private final FakeClock consumers;
  private final FakeClock kafka;
  private final FakeClock postgres;
  private final List<Instant> databaseJumps = new CopyOnWriteArrayList<>();

  Clocks(Path folder) {
    consumers = new FakeClock(folder.resolve("consumers"));
    kafka = new FakeClock(folder.resolve("kafka"));
    postgres = new FakeClock(folder.resolve("postgres"));
  }

  FakeClock consumers() {
    return consumers;
  }

  FakeClock kafka() {
    return kafka;
  }

  FakeClock postgres() {
    return postgres;
  }

  /** PostgreSQL's clock is about to jump. */
  void noteDatabaseJump() {
    databaseJumps.add(Instant.now());
  }

  /** When PostgreSQL's clock jumped, by the clock that is right. */
  List<Instant> databaseJumps() {
    return List.copyOf(databaseJumps);
  }
}
