package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreTraits;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionClaim;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** When a lane has its store write, with a store that stands in and a clock of the test's own. */
class LaneTest {
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final StoreTraits SLOW = StoreTraits.ofFiles(INTERVAL);
  private static final Schema SCHEMA =
      new Schema(
          List.of(), List.of(new Field("id", FieldType.INT64, true, null)), UnknownFields.REJECT);

  private final StandIn store = new StandIn();
  private long nanos = Long.MAX_VALUE - 1000; // as nanoTime may, it wraps

  private static final class StandIn implements StoreWork {
    private final List<Batch> written = new ArrayList<>();
    private boolean busy;

    @Override
    public boolean isBusy() {
      return busy;
    }

    @Override
    public void claim(List<Integer> partitions) {
      throw new AssertionError("there is nothing to claim");
    }

    @Override
    public void write(Batch batch) {
      written.add(batch);
      busy = true;
    }

    @Override
    public void probe() {
      throw new AssertionError("nobody asked");
    }

    @Override
    public Optional<LaneResult> take(Duration patience) {
      return Optional.empty();
    }
  }

  private Lane lane(StoreTraits traits, long rowBytes) {
    return new Lane(0, store, traits, () -> new CountedRows(rowBytes), () -> nanos);
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  private static void read(Lane lane) throws Exception {
    var arrival = new Arrival().from(1, 0, 0);
    lane.filling().rows().add(new Row(SCHEMA), arrival);
    lane.filling()
        .addedRowOf(
            new ConsumerRecord<>("flights", 0, 0, null, ByteBuffer.allocate(1)), 0, arrival);
    advance(lane);
  }

  private static void advance(Lane lane) {
    var partition = new PartitionState(new TopicPartition("flights", 0), 0);
    partition.claimed(
        new PartitionClaim(0, 0, null, new UUID(0, 0), Lineage.of(1), 1, "hash", null));
    lane.filling().advance(partition, partition.position(), new LogPosition(1, null));
  }

  private boolean writes(Lane lane) {
    var before = store.written.size();
    lane.startNext(List.of(), false);
    return store.written.size() > before;
  }

  @Test
  void writesWhenTheFirstRecordHasWaitedForTheStoresPace() throws Exception {
    var lane = lane(SLOW, 1);
    read(lane);
    pass(INTERVAL.minusSeconds(1));
    read(lane);
    assertThat(writes(lane)).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(writes(lane)).isTrue();
    assertThat(store.written.getFirst().size()).isEqualTo(2);
  }

  @Test
  void writesAtOnceWhatIsAsLargeAsTheStoreWantsIt() throws Exception {
    var lane = lane(SLOW, SLOW.batchBytes() / 2);
    read(lane);
    assertThat(writes(lane)).isFalse();
    read(lane);
    assertThat(writes(lane)).isTrue();
  }

  /** Each commit is a file and a version of the table. */
  @Test
  void writesAnAdvanceWithoutRecordsNoSoonerThanRecords() {
    var slow = lane(SLOW, 1);
    advance(slow);
    pass(INTERVAL.minusSeconds(1));
    assertThat(writes(slow)).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(writes(slow)).isTrue();
  }

  @Test
  void writesAnAdvanceWithoutRecordsOnceASecondAtMost() {
    var quick = lane(StoreTraits.QUICK, 1);
    advance(quick);
    pass(Duration.ofMillis(999));
    assertThat(writes(quick)).isFalse();
    pass(Duration.ofMillis(1));
    assertThat(writes(quick)).isTrue();
  }

  /** The loop turns meanwhile: it hears of a stop, and its probes are answered. */
  @Test
  void doesNotWaitAtKafkaForAsLongAsTheStoreDoes() throws Exception {
    var lane = lane(SLOW, 1);
    read(lane);
    assertThat(lane.patience()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(1));
  }

  @Test
  void writesWhatIsAtHandWhenItEnds() throws Exception {
    var lane = lane(SLOW, 1);
    lane.startLast();
    assertThat(store.written).isEmpty();
    read(lane);
    lane.startLast();
    assertThat(store.written).hasSize(1);
    read(lane);
    lane.startLast(); // the store is busy
    assertThat(store.written).hasSize(1);
  }

  /** Otherwise the parts would fill the same large batch again. */
  @Test
  void writesABatchThatWasTooMuchForTheMemoryInParts() throws Exception {
    var lane = lane(SLOW, SLOW.batchBytes() / 3 + 1);
    for (var record = 0; record < 3; record++) {
      read(lane);
    }
    assertThat(writes(lane)).isTrue();
    lane.wasTooMuch();
    lane.settled();
    store.busy = false;

    for (var part = 0; part < 3; part++) {
      read(lane);
      assertThat(writes(lane)).isTrue();
      assertThat(lane.isFull()).isFalse();
      read(lane);
      assertThat(lane.isFull()).isTrue();
      lane.filling().clear();
      lane.hasStored();
      lane.settled();
      store.busy = false;
    }
    read(lane);
    assertThat(writes(lane)).isFalse();
    assertThat(lane.isFull()).isFalse();
  }
}
