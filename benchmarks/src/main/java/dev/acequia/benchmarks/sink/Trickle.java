package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.MeasuredProcess;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Spread;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.contract.LoadMode;
import dev.acequia.local.CommandException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A topic with little in it: how long a new consumer process takes until the first row is
 * committed, and how long records take from their sending until they can be queried, at a steady
 * rate.
 */
final class Trickle implements Subject, AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int PER_SECOND = 1000;
  private static final int SECONDS = 15;

  /** What comes first meets a cold virtual machine, which the cold start is about. */
  private static final int WARM_UP_SECONDS = 3;

  private static final long POLL_NANOS = 2_000_000;

  private final Workplace workplace;
  private final FlightTopic topic;
  private final FlightStream flights;

  private Trickle(Workplace workplace, FlightTopic topic, FlightStream flights) {
    this.workplace = workplace;
    this.topic = topic;
    this.flights = flights;
  }

  /** Makes the topic, with one record in it. */
  static Trickle create(Workplace workplace, FlightStream flights) throws Exception {
    var topic = FlightTopic.create(workplace.kafka().bootstrapServers(), "bench.trickle", 2);
    topic.send(flights.next());
    topic.flush();
    return new Trickle(workplace, topic, flights);
  }

  @Override
  public String name() {
    return "Acequia, a trickle of records";
  }

  @Override
  public String mode() {
    return "append";
  }

  /** Starts a consumer over an empty table, and then lets records trickle. */
  @Override
  public Figures load(int round) throws Exception {
    try (var database = Database.create(workplace.postgres(), "trickle_" + round)) {
      var pipeline = new AcequiaPipeline(workplace, database, topic.definition(), LoadMode.APPEND);
      pipeline.migrate();
      try (var connection = database.connect();
          var consumer = pipeline.startConsumer()) {
        var first = new LoadWatch(connection, AcequiaPipeline.TABLE, consumer).awaitFirstNanos();
        var figures = new Figures();
        figures.put(Metric.COLD_START_MS, (first - consumer.startedNanos()) / 1e6);
        figures.put(Metric.P99_MS, Spread.percentile(freshness(connection, consumer), 99));
        figures.put(Metric.PER_SECOND, (double) PER_SECOND);
        figures.put(Metric.PEAK_RSS_MIB, consumer.usage().peakRssMib());
        return figures;
      }
    }
  }

  @Override
  public void close() {
    topic.close();
  }

  private record Sent(FlightTopic.Place place, long nanos) {}

  /** Milliseconds from each record's sending until a query sees it. */
  private double[] freshness(Connection connection, MeasuredProcess consumer)
      throws SQLException, InterruptedException {
    var sent = new ArrayList<Sent>();
    var producing = Thread.ofPlatform().daemon().name("producer").unstarted(() -> produce(sent));
    var waits = new ArrayList<Double>();
    var total = PER_SECOND * SECONDS;
    var deadline = System.nanoTime() + Duration.ofSeconds(SECONDS).plus(LIMIT).toNanos();
    producing.start();
    try (var statement = connection.prepareStatement(stored())) {
      var next = new int[FlightTopic.PARTITIONS];
      var pending = new ArrayList<List<Sent>>();
      for (var i = 0; i < FlightTopic.PARTITIONS; i++) {
        pending.add(new ArrayList<>());
      }
      var taken = 0;
      var seen = 0;
      while (seen < total) {
        synchronized (sent) {
          for (; taken < sent.size(); taken++) {
            pending.get(sent.get(taken).place().partition()).add(sent.get(taken));
          }
        }
        try (var rows = statement.executeQuery()) {
          var now = System.nanoTime();
          while (rows.next()) {
            var partition = rows.getInt(1);
            var list = pending.get(partition);
            for (;
                next[partition] < list.size()
                    && list.get(next[partition]).place().offset() <= rows.getLong(2);
                next[partition]++) {
              waits.add((now - list.get(next[partition]).nanos()) / 1e6);
              seen++;
            }
          }
        }
        consumer.checkAlive();
        if (System.nanoTime() > deadline) {
          throw new CommandException(
              "of %,d records sent at a steady rate only %,d came into the table"
                  .formatted(total, seen));
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
    producing.join();
    return waits.stream()
        .skip((long) PER_SECOND * WARM_UP_SECONDS)
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  private void produce(List<Sent> sent) {
    var began = System.nanoTime();
    for (var i = 0; i < PER_SECOND * SECONDS; i++) {
      var due = began + TimeUnit.SECONDS.toNanos(1) * i / PER_SECOND;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      var nanos = System.nanoTime();
      var place = topic.send(flights.next());
      synchronized (sent) {
        sent.add(new Sent(place, nanos));
      }
    }
  }

  /** The last offset of each partition, one index read each. */
  private String stored() {
    var parts = new ArrayList<String>();
    for (var partition = 0; partition < FlightTopic.PARTITIONS; partition++) {
      parts.add(
          "SELECT %d, (SELECT _offset FROM %s WHERE _generation = 1 AND _partition = %d ORDER BY _offset DESC LIMIT 1)"
              .formatted(partition, AcequiaPipeline.TABLE, partition));
    }
    return "SELECT * FROM (" + String.join(" UNION ALL ", parts) + ") s (p, o) WHERE o IS NOT NULL";
  }
}
