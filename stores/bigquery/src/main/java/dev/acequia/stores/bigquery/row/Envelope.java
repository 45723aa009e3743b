package dev.acequia.stores.bigquery.row;

import com.google.protobuf.ByteString;
import dev.acequia.stores.Origin;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The part of a row that is known only when it is sent: fence, and order among changes. A message
 * is the concatenation of its fields, so this part follows the rest.
 */
public final class Envelope {
  private static final int BYTES = 4 * Scratch.FIELD_BYTES + 80;

  private final Scratch scratch = new Scratch();

  /**
   * That of a row of append mode.
   *
   * @param epoch the leader's epoch of the record; null where it is not known
   */
  public ByteString appended(long fence, @Nullable Integer epoch) {
    scratch.begin(BYTES).int64(RowShape.FENCE, fence);
    if (epoch != null) {
      scratch.int64(RowShape.EPOCH, epoch);
    }
    return scratch.end();
  }

  /** That of a record, or of a deletion that is remembered. */
  public ByteString upserted(Origin origin, long fence, @Nullable Long deletedAtMicros) {
    scratch.begin(BYTES).int64(RowShape.FENCE, fence);
    if (deletedAtMicros != null) {
      scratch.int64(RowShape.DELETED_AT, deletedAtMicros);
    }
    scratch.ascii(RowShape.CHANGE, "UPSERT");
    scratch.ascii(RowShape.SEQUENCE, sequence(origin, fence));
    return scratch.end();
  }

  /** That of a deletion that leaves nothing behind. */
  public ByteString removed(Origin origin, long fence) {
    scratch.begin(BYTES).ascii(RowShape.CHANGE, "DELETE");
    scratch.ascii(RowShape.SEQUENCE, sequence(origin, fence));
    return scratch.end();
  }

  /**
   * The order of changes of one key: by generation, then by offset. The same record that another
   * owner of the partition sends later wins, since the fence comes last.
   */
  static String sequence(Origin origin, long fence) {
    return String.format(Locale.ROOT, "%X/%X/%X", origin.generation(), origin.offset(), fence);
  }
}
