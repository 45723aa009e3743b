package dev.acequia.stores.reference;

import dev.acequia.contract.Schema;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.EntryBatch;
import dev.acequia.stores.Origin;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records as values, each with what it came with. */
final class ReferenceBatch extends EntryBatch<ReferenceBatch.Entry> {
  /**
   * A record or, without other values than its key's, a deletion.
   *
   * @param place where it was read
   */
  record Entry(
      int row,
      Map<String, Object> values,
      boolean deletes,
      Origin origin,
      Origin place,
      boolean redriven,
      @Nullable Marked mark) {}

  /** The idempotency key, as what is equal for equal ones. */
  record Marked(
      List<Object> key, List<Byte> content, @Nullable Long pushedMillis, boolean replayed) {}

  private final Schema schema;

  ReferenceBatch(Schema schema) {
    this.schema = schema;
  }

  @Override
  public void add(Row row, Arrival arrival) {
    add(row, arrival, false);
  }

  @Override
  public void addDeletion(Row key, Arrival arrival) {
    add(key, arrival, true);
  }

  private void add(Row row, Arrival arrival, boolean deletes) {
    var values = new HashMap<String, Object>();
    var bytes = 1L;
    for (var i = 0; i < schema.fields().size(); i++) {
      if (!row.isNull(i)) {
        var field = schema.fields().get(i);
        var value = Values.of(row, i, field.type());
        values.put(field.name(), value);
        bytes += value.toString().getBytes(StandardCharsets.UTF_8).length;
      }
    }
    add(
        new Entry(
            rows(),
            values,
            deletes,
            arrival.origin(),
            arrival.place(),
            arrival.isRedriven(),
            marked(arrival.key())),
        bytes);
  }

  private static @Nullable Marked marked(Arrival.@Nullable Key key) {
    if (key == null) {
      return null;
    }
    var scope = key.scope() == null ? List.of() : List.of(bytes(ByteBuffer.wrap(key.scope())));
    return new Marked(
        List.of(scope, bytes(ByteBuffer.wrap(key.key())), key.index()),
        bytes(key.content()),
        key.pushedMillis() < 0 ? null : key.pushedMillis(),
        key.replayed());
  }

  private static List<Byte> bytes(ByteBuffer buffer) {
    var bytes = new ArrayList<Byte>();
    for (var i = buffer.position(); i < buffer.limit(); i++) {
      bytes.add(buffer.get(i));
    }
    return bytes;
  }
}
