package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.faults.LostRecords.Lost;
import dev.acequia.benchmarks.faults.TopicReader.Read;
import dev.acequia.contract.Termination;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Kafka loses what it has acknowledged: all replicas but one are behind when that one is lost, and
 * somebody has let such a replica become the leader. The log grows again past the offsets that are
 * stored, so that no offset is out of range; the consumer must end all the same, and a person must
 * say where to go on.
 */
final class LogFaults implements FaultFamily {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String UNCLEAN = "unclean.leader.election.enable";

  private final Scene scene;
  private final HistoryTopic topic;

  LogFaults(Scene scene) {
    this.scene = scene;
    topic = scene.pipeline().topic();
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    var replicas = scene.fleet().replicas();
    var cuts = new TreeMap<Integer, Cut>();
    try {
      scene.servers().alone(() -> cuts.putAll(loseTailAndRestore()));
      scene.chronicle().say("lost: %s", cuts);
      askPerson(cuts);
    } finally {
      scene.fleet().scaleTo(replicas);
    }
    scene.recoverFrom(fault);
  }

  /**
   * What happened to a partition.
   *
   * @param from where its log was cut
   * @param stored up to where it was stored before
   */
  private record Cut(long from, long stored) {}

  // --- Kafka's part
  // --------------------------------------------------------------------------------

  /** All brokers run in the end, as they did, whatever happened. */
  private Map<Integer, Cut> loseTailAndRestore() throws Exception {
    try {
      return loseTail();
    } finally {
      scene.servers().kafka().start(scene.servers().kafka().brokers());
      topic.restoreSettings(UNCLEAN);
      scene.producer().sendInTransactions(true);
    }
  }

  private Map<Integer, Cut> loseTail() throws Exception {
    var kafka = scene.servers().kafka();
    kafka.start(kafka.brokers());
    await("all replicas are in sync", () -> allInSync(kafka.brokers()));
    // A marker that was lost would leave its transaction open for ever.
    scene.producer().sendInTransactions(false);
    int survivor;
    List<Integer> others;
    Map<Integer, Long> kept;
    try (var _ = scene.producer().pause()) {
      await("no transaction is open", () -> topic.stableEnds().equals(topic.ends()));
      kept = topic.ends();
      survivor = topic.replicas().getFirst().leader().id();
      others = kafka.brokers().stream().filter(broker -> broker != survivor).toList();
      topic.set(Map.of(HistoryTopic.MIN_IN_SYNC, "1"));
      kafka.kill(others);
      await(
          "one replica is left", () -> allInSync(List.of(survivor)) && allLedBy(List.of(survivor)));
    }
    await(
        "the tail is stored",
        () -> {
          scene.fleet().tend();
          return Scene.isBeyond(scene.pipeline().storedOffsets(), kept);
        });
    scene.fleet().scaleTo(0);
    var stored = storedOffsets();
    List<Read> tail;
    try (var _ = scene.producer().pause()) {
      tail = read(kept);
      // Before the brokers come: the controller looks again only every few minutes.
      topic.set(Map.of(UNCLEAN, "true"));
      kafka.kill(List.of(survivor));
      kafka.start(others);
      await("a replica that is behind leads", () -> allLedBy(others));
      scene.producer().countAnew();
    }
    await("the log has grown past what is stored", () -> Scene.isBeyond(topic.ends(), stored));
    kafka.start(List.of(survivor));
    await("all replicas are in sync again", () -> allInSync(kafka.brokers()));
    return account(tail, kept, stored);
  }

  private boolean allInSync(List<Integer> brokers)
      throws ExecutionException, TimeoutException, InterruptedException {
    var wanted = Set.copyOf(brokers);
    return topic.replicas().stream()
        .allMatch(
            partition ->
                partition.isr().stream()
                    .map(org.apache.kafka.common.Node::id)
                    .collect(java.util.stream.Collectors.toSet())
                    .equals(wanted));
  }

  private boolean allLedBy(List<Integer> brokers)
      throws ExecutionException, TimeoutException, InterruptedException {
    return topic.replicas().stream()
        .allMatch(
            partition -> partition.leader() != null && brokers.contains(partition.leader().id()));
  }

  private List<Read> read(Map<Integer, Long> from) {
    var found = new ArrayList<Read>();
    var reader = new TopicReader(scene.pipeline());
    from.forEach((partition, offset) -> reader.read(partition, offset, found::add));
    return found;
  }

  /** What was in the tail, and is not where it was. */
  private Map<Integer, Cut> account(
      List<Read> tail, Map<Integer, Long> kept, Map<Integer, Long> stored) {
    var now = new HashSet<>(read(kept));
    var lost = new HashMap<Integer, List<Lost>>();
    for (var one : tail) {
      if (!now.contains(one)) {
        lost.computeIfAbsent(one.partition(), partition -> new ArrayList<>())
            .add(
                new Lost(
                    one.partition(),
                    one.offset(),
                    one.key(),
                    one.id(),
                    one.offset() < stored.getOrDefault(one.partition(), 0L)));
      }
    }
    var cuts = new TreeMap<Integer, Cut>();
    lost.forEach(
        (partition, records) -> {
          scene.pipeline().lost().add(records);
          var from = records.getFirst().offset();
          if (from < stored.getOrDefault(partition, 0L)) {
            cuts.put(partition, new Cut(from, stored.getOrDefault(partition, 0L)));
          }
        });
    return cuts;
  }

  // --- The person's part
  // ---------------------------------------------------------------------------

  /** Each partition that was cut ends a consumer once, and is accepted as its last word advises. */
  private void askPerson(Map<Integer, Cut> cuts) throws Exception {
    var open = new TreeMap<>(cuts);
    for (var attempt = 0; attempt <= cuts.size(); attempt++) {
      var member = scene.fleet().add();
      if (!endsByItself(member)) {
        break;
      }
      var end = member.termination();
      if (member.exitCode() != Termination.EXIT_CODE
          || end.isEmpty()
          || end.get().reason() != Termination.Reason.OffsetsLost) {
        scene.chronicle().violation("%s", member.lastWords());
        scene.fleet().forget(member);
        continue;
      }
      scene.fleet().forget(member);
      var named = open.entrySet().stream().filter(cut -> names(end.get(), cut)).toList();
      if (named.isEmpty()) {
        scene
            .chronicle()
            .violation(
                "of %s of topic %s nothing is named in: %s",
                open, topic.name(), end.get().message());
        return;
      }
      for (var cut : named) {
        scene.pipeline().accept(cut.getKey(), Long.toString(cut.getValue().from()));
        open.remove(cut.getKey());
      }
    }
    if (!open.isEmpty()) {
      scene.chronicle().violation("reading goes on in logs that were cut: %s", open);
    }
  }

  /** Whether the message names topic, partition and range, and the command that helps. */
  private boolean names(Termination end, Map.Entry<Integer, Cut> cut) {
    var message = end.message();
    return message.contains(topic.name())
        && message.matches("(?s).*[Pp]artition " + cut.getKey() + "\\b.*")
        && message.matches("(?s).*\\b" + cut.getValue().from() + "\\b.*")
        && message.matches("(?s).*\\b" + (cut.getValue().stored() - 1) + "\\b.*")
        && message.contains("./acequia offsets accept " + scene.pipeline().name());
  }

  /** False when each partition goes on instead. */
  private boolean endsByItself(Member member) throws Exception {
    var before = storedOffsets();
    var deadline = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < deadline) {
      if (!member.isAlive()) {
        return true;
      }
      if (Scene.isBeyond(storedOffsets(), before)) {
        return false;
      }
      Thread.sleep(50); // between two looks at offsets and process
    }
    return false;
  }

  /** Somebody else may do something to the store at the time. */
  private Map<Integer, Long> storedOffsets() throws Exception {
    var stored = new TreeMap<Integer, Long>();
    await(
        "the store answers",
        () -> {
          stored.putAll(scene.pipeline().storedOffsets());
          return true;
        });
    return stored;
  }

  /** A condition that may be unknown for a moment. */
  @FunctionalInterface
  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    var deadline = System.nanoTime() + LIMIT.toNanos();
    while (!holds(condition)) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("not within %d s: %s".formatted(LIMIT.toSeconds(), what));
      }
      Thread.sleep(100); // between two questions to Kafka or the store
    }
  }

  private static boolean holds(Condition condition) throws Exception {
    try {
      return condition.holds();
    } catch (ExecutionException | TimeoutException | StoreDownException unknown) {
      return false;
    }
  }
}
