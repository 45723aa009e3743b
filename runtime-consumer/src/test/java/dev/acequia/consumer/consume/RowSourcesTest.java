package dev.acequia.consumer.consume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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
    sources.add(0, record(7, both.slice(2, 3), both.slice(5, 5), new RecordHeaders()), false);
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
    sources.add(0, record(1, null, ByteBuffer.wrap(new byte[1]), headers), true);
    assertThat(sources.record(0).headers()).isEqualTo(headers);
  }

  @Test
  void toldApartIsWhatIsNullAndWhatIsEmpty() {
    sources.add(0, record(1, null, ByteBuffer.allocate(0), new RecordHeaders()), false);
    sources.add(1, record(2, ByteBuffer.allocate(0), null, new RecordHeaders()), false);
    assertThat(sources.record(0).key()).isNull();
    assertThat(sources.record(0).value().remaining()).isZero();
    assertThat(sources.record(1).key().remaining()).isZero();
    assertThat(sources.record(1).value()).isNull();
  }

  @Test
  void takesBuffersThatAreNotOfOneArray() {
    var outside = ByteBuffer.allocateDirect(5).put("value".getBytes(UTF_8)).flip();
    sources.add(
        0, record(1, ByteBuffer.wrap("key".getBytes(UTF_8)), outside, new RecordHeaders()), false);
    assertThat(text(sources.record(0).key())).isEqualTo("key");
    assertThat(text(sources.record(0).value())).isEqualTo("value");
  }

  @Test
  void growsAndBeginsAnew() {
    for (var i = 0; i < 5_000; i++) {
      sources.add(
          i,
          record(i, null, ByteBuffer.wrap(("v" + i).getBytes(UTF_8)), new RecordHeaders()),
          false);
    }
    assertThat(sources.size()).isEqualTo(5_000);
    assertThat(text(sources.record(4_999).value())).isEqualTo("v4999");
    sources.clear();
    assertThat(sources.size()).isZero();
    sources.add(
        0, record(9, null, ByteBuffer.wrap("x".getBytes(UTF_8)), new RecordHeaders()), false);
    assertThat(text(sources.record(0).value())).isEqualTo("x");
  }

  @Test
  void keepsSomeRowsRecordsAndNoOthers() {
    var headers = new RecordHeaders();
    sources.add(4, record(40, null, ByteBuffer.wrap("four".getBytes(UTF_8)), headers), false);
    sources.add(9, record(90, null, ByteBuffer.wrap("nine".getBytes(UTF_8)), headers), false);
    assertThat(sources.record(4).offset()).isEqualTo(40);
    assertThat(text(sources.record(9).value())).isEqualTo("nine");
    assertThatIllegalStateException()
        .isThrownBy(() -> sources.record(5))
        .withMessageContaining("row 5");
  }
}
