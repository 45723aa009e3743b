package dev.acequia.consumer.consume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowSourcesTest {
  private final RowSources sources = new RowSources();

  private static ConsumerRecord<ByteBuffer, ByteBuffer> record(
      long offset, @Nullable ByteBuffer key, @Nullable ByteBuffer value, RecordHeaders headers) {
    return new ConsumerRecord<>(
        "ops.flights",
        3,
        offset,
        1_000 + offset,
        TimestampType.CREATE_TIME,
        0,
        0,
        key,
        value,
        headers,
        Optional.empty());
  }

  private static String text(ByteBuffer buffer) {
    return UTF_8.decode(buffer.duplicate()).toString();
  }

  @Test
  void aRecordComesBackAsItWasRead() {
    var both = ByteBuffer.wrap("..keyvalue..".getBytes(UTF_8));
    sources.add(record(7, both.slice(2, 3), both.slice(5, 5), new RecordHeaders()), false);
    var found = sources.record(0);
    assertThat(found.topic()).isEqualTo("ops.flights");
    assertThat(found.partition()).isEqualTo(3);
    assertThat(found.offset()).isEqualTo(7);
    assertThat(found.timestamp()).isEqualTo(1_007);
    assertThat(text(found.key())).isEqualTo("key");
    assertThat(text(found.value())).isEqualTo("value");
    assertThat(found.headers()).isEmpty();
  }

  @Test
  void keepsHeaders() {
    var headers = new RecordHeaders();
    headers.add("Idempotency-Key", "1".getBytes(UTF_8));
    sources.add(record(1, null, ByteBuffer.wrap(new byte[1]), headers), true);
    assertThat(sources.record(0).headers()).isEqualTo(headers);
  }

  @Test
  void toldApartIsWhatIsNullAndWhatIsEmpty() {
    sources.add(record(1, null, ByteBuffer.allocate(0), new RecordHeaders()), false);
    sources.add(record(2, ByteBuffer.allocate(0), null, new RecordHeaders()), false);
    assertThat(sources.record(0).key()).isNull();
    assertThat(sources.record(0).value().remaining()).isZero();
    assertThat(sources.record(1).key().remaining()).isZero();
    assertThat(sources.record(1).value()).isNull();
  }

  @Test
  void takesBuffersThatAreNotOfOneArray() {
    var outside = ByteBuffer.allocateDirect(5).put("value".getBytes(UTF_8)).flip();
    sources.add(
        record(1, ByteBuffer.wrap("key".getBytes(UTF_8)), outside, new RecordHeaders()), false);
    assertThat(text(sources.record(0).key())).isEqualTo("key");
    assertThat(text(sources.record(0).value())).isEqualTo("value");
  }

  @Test
  void growsAndBeginsAnew() {
    for (var i = 0; i < 5_000; i++) {
      sources.add(
          record(i, null, ByteBuffer.wrap(("v" + i).getBytes(UTF_8)), new RecordHeaders()), false);
    }
    assertThat(sources.rows()).isEqualTo(5_000);
    assertThat(text(sources.record(4_999).value())).isEqualTo("v4999");
    sources.clear();
    assertThat(sources.rows()).isZero();
    sources.add(record(9, null, ByteBuffer.wrap("x".getBytes(UTF_8)), new RecordHeaders()), false);
    assertThat(text(sources.record(0).value())).isEqualTo("x");
  }
}
