package dev.acequia.benchmarks.faults;

import dev.acequia.contract.LoadMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes records with known ids into a pipeline's topic, in bursts. A plain producer writes most
 * bursts; a transactional one writes the others and aborts some, so that offsets have gaps and
 * markers. In append mode some bursts carry an idempotency key and are sent again later, as a
 * client does after a timeout.
 */
final class HistoryProducer implements AutoCloseable {
  /** How many bursts with a key wait to be sent again. */
  private static final int TO_REPEAT = 8;

  private static final String NOTE = "x".repeat(80);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  /**
   * A request with an idempotency key.
   *
   * @param fields that are added by migrations, the same when it is sent again
   */
  private record Keyed(int firstId, int size, int fields) {}

  private final HistoryPipeline pipeline;
  private final long wanted;
  private final long perSecond;
  private final SplittableRandom random;
  private volatile KafkaProducer<byte[], byte[]> plain;
  private @Nullable KafkaProducer<byte[], byte[]> transactional;

  private final BitSet acknowledged = new BitSet();
  private final BitSet withKey = new BitSet();
  private final Deque<Keyed> toRepeat = new ArrayDeque<>();
  private final AtomicBoolean enough = new AtomicBoolean();
  private final ReentrantLock turn = new ReentrantLock(true);
  private final Thread thread = Thread.ofPlatform().name("history-producer").unstarted(this::run);
  private volatile boolean inTransactions = true;
  private volatile @Nullable RuntimeException failure;
  private long sent;
  private int nextId;

  /**
   * A producer that has not begun.
   *
   * @param wanted it goes on until at least so many ids are acknowledged
   * @param perSecond the rate that it keeps on average
   */
  HistoryProducer(HistoryPipeline pipeline, long wanted, long perSecond, long seed) {
    this(pipeline, wanted, perSecond, seed, 0);
  }

  /**
   * A producer that has not begun.
   *
   * @param firstId ids below it are another's
   */
  HistoryProducer(HistoryPipeline pipeline, long wanted, long perSecond, long seed, int firstId) {
    this.pipeline = pipeline;
    this.wanted = wanted;
    this.perSecond = perSecond;
    nextId = firstId;
    random = new SplittableRandom(seed);
    plain = producer(null);
  }

  HistoryProducer start() {
    thread.start();
    return this;
  }

  /** From now on, stop as soon as the wanted ids are acknowledged. */
  void finish() {
    enough.set(true);
  }

  /** Waits until all is sent. */
  void await() throws InterruptedException {
    thread.join();
    var found = failure;
    if (found != null) {
      throw found;
    }
  }

  long acknowledgedCount() {
    synchronized (acknowledged) {
      return acknowledged.cardinality();
    }
  }

  /** The ids that Kafka has confirmed. */
  BitSet acknowledged() {
    synchronized (acknowledged) {
      return (BitSet) acknowledged.clone();
    }
  }

  /** The ids that have an idempotency key, and may be in the topic more than once. */
  BitSet withKey() {
    synchronized (acknowledged) {
      return (BitSet) withKey.clone();
    }
  }

  /** Something that lasts until it is closed. */
  interface Pause extends AutoCloseable {
    @Override
    void close();
  }

  /** Nothing is sent meanwhile, and all that was sent has had its answer. */
  Pause pause() {
    turn.lock();
    plain.flush();
    return turn::unlock;
  }

  /**
   * Begins to count its records anew, as a process that was restarted does; while paused. A broker
   * that has forgotten some takes none that counts on from them until they have timed out.
   */
  void countAnew() {
    plain.close(CLOSE_TIMEOUT);
    plain = producer(null);
  }

  /** Whether some bursts are transactions. When not, none is open any more. */
  void sendInTransactions(boolean wished) {
    inTransactions = wished;
    turn.lock();
    turn.unlock();
  }

  /** Sends so many records now, and waits for them. */
  void send(int records) {
    for (var i = 0; i < records; i++) {
      send(record(nextId), nextId++);
    }
    plain.flush();
  }

  /** Sends one record of a key, or its deletion, and waits for it. */
  void sendKey(int key, boolean deletion) {
    send(keyed(key, deletion ? null : nextId), nextId++);
    plain.flush();
  }

  @Override
  public void close() {
    enough.set(true);
    thread.interrupt();
    plain.close(CLOSE_TIMEOUT);
    if (transactional != null) {
      transactional.close(CLOSE_TIMEOUT);
    }
  }

  private void run() {
    try {
      var began = System.nanoTime();
      while (!enough.get() || acknowledgedCount() < wanted) {
        var due = (System.nanoTime() - began) / 1e9 * perSecond;
        if (sent > due && !enough.get()) {
          LockSupport.parkNanos((long) ((sent - due) / perSecond * 1e9));
          if (Thread.interrupted()) {
            return;
          }
        }
        turn.lock();
        try {
          burst();
        } finally {
          turn.unlock();
        }
      }
      plain.flush();
      abandonTransactions();
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void burst() {
    var size = random.nextInt(1, 2 + (int) Math.min(4_000, perSecond));
    var kind = random.nextInt(16);
    if (kind < 4) {
      var few = Math.min(size, 500);
      if (inTransactions) {
        inTransaction(few);
        return;
      }
      size = few;
    } else if (kind == 4 && pipeline.mode() == LoadMode.APPEND) {
      withKey(Math.min(size, 100));
      return;
    }
    for (var i = 0; i < size; i++) {
      send(record(nextId), nextId++);
    }
    sent += size;
  }

  /** A request with an idempotency key; and one of the former ones once more. */
  private void withKey(int size) {
    var fresh = new Keyed(nextId, size, pipeline.sentFields());
    nextId += size;
    synchronized (acknowledged) {
      withKey.set(fresh.firstId(), fresh.firstId() + size);
    }
    send(fresh);
    toRepeat.addLast(fresh);
    if (toRepeat.size() > TO_REPEAT) {
      send(toRepeat.removeFirst());
    }
  }

  private void send(Keyed request) {
    sent += request.size();
    for (var index = 0; index < request.size(); index++) {
      var id = request.firstId() + index;
      send(
          new ProducerRecord<>(
              pipeline.topic().name(),
              random.nextInt(pipeline.topic().partitions()),
              (byte[]) null,
              appended(id, request.fields()),
              List.<Header>of(
                  header(
                      dev.acequia.contract.record.RecordHeader.IDEMPOTENCY_KEY,
                      "request-" + request.firstId()),
                  header(
                      dev.acequia.contract.record.RecordHeader.IDEMPOTENCY_INDEX,
                      Integer.toString(index)))),
          id);
    }
  }

  private static Header header(dev.acequia.contract.record.RecordHeader name, String value) {
    return new RecordHeader(name.key(), bytes(value));
  }

  /** A deletion has no id. */
  private void send(ProducerRecord<byte[], byte[]> record, int id) {
    var hasId = record.value() != null;
    var _ = plain.send(record, (metadata, trouble) -> note(id, trouble == null && hasId));
  }

  private void inTransaction(int size) {
    var ids = new BitSet();
    sent += size;
    try {
      var producer = transactional();
      producer.beginTransaction();
      for (var i = 0; i < size; i++) {
        var id = nextId++;
        var record = record(id);
        ids.set(id, record.value() != null);
        var _ = producer.send(record);
      }
      if (random.nextInt(4) == 0) {
        producer.flush(); // so that there is something to abort
        producer.abortTransaction();
      } else {
        producer.commitTransaction();
        synchronized (acknowledged) {
          acknowledged.or(ids);
        }
      }
    } catch (KafkaException e) {
      // Whether it was committed is not known, and not needed: the topic tells.
      abandonTransactions();
    }
  }

  /** The next one with the same id ends what this one has left open. */
  private void abandonTransactions() {
    if (transactional != null) {
      transactional.close(Duration.ZERO);
      transactional = null;
      while (!Thread.currentThread().isInterrupted()) {
        try (var successor = producer(pipeline.topic().name())) {
          successor.initTransactions();
          return;
        } catch (KafkaException again) {
          LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
      }
    }
  }

  private KafkaProducer<byte[], byte[]> transactional() {
    if (transactional == null) {
      transactional = producer(pipeline.topic().name());
      transactional.initTransactions();
    }
    return transactional;
  }

  private void note(int id, boolean isAcknowledged) {
    if (isAcknowledged) {
      synchronized (acknowledged) {
        acknowledged.set(id);
      }
    }
  }

  private ProducerRecord<byte[], byte[]> record(int id) {
    if (pipeline.mode() == LoadMode.UPSERT) {
      var size = pipeline.servers().store().size();
      // A key is overwritten and deleted for a while, and then left as it is.
      var key = id / size.recordsPerKey() + random.nextInt(size.keys());
      return keyed(key, random.nextInt(10) == 0 ? null : id);
    }
    return new ProducerRecord<>(
        pipeline.topic().name(),
        random.nextInt(pipeline.topic().partitions()),
        null,
        appended(id, pipeline.sentFields()));
  }

  private ProducerRecord<byte[], byte[]> keyed(int key, @Nullable Integer id) {
    return new ProducerRecord<>(
        pipeline.topic().name(),
        key % pipeline.topic().partitions(),
        bytes("[" + key + "]"),
        id == null ? null : value("\"key\":" + key + ",\"id\":" + id, id, pipeline.sentFields()));
  }

  private static byte[] appended(int id, int fields) {
    return value("\"id\":" + id, id, fields);
  }

  private static byte[] value(String own, int id, int fields) {
    var json = new StringBuilder("{").append(own).append(",\"note\":\"").append(NOTE).append('"');
    for (var number = 1; number <= fields; number++) {
      json.append(",\"").append(HistoryPipeline.ADDED).append(number).append("\":\"");
      json.append(id).append('"');
    }
    return bytes(json.append('}').toString());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private KafkaProducer<byte[], byte[]> producer(@Nullable String transactionalId) {
    var settings = new HashMap<String, Object>();
    settings.put("bootstrap.servers", pipeline.servers().bootstrapServers());
    settings.put("acks", "all");
    settings.put("linger.ms", 5);
    settings.put("max.block.ms", 60_000);
    if (transactionalId != null) {
      settings.put("transactional.id", transactionalId);
      settings.put("transaction.timeout.ms", 30_000);
    }
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
