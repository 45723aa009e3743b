package dev.acequia.api.ingest;

import dev.acequia.api.envelope.Message;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the records of messages take in Kafka beside what they held in their message: each has all
 * of its message's attributes. A body must not make work that is out of proportion to it.
 */
final class Unfolding {
  /** Small records under attributes of a usual size grow tenfold. */
  private static final int MAX_GROWTH = 32;

  /** Of any body, however small. */
  private static final long FREE_BYTES = 1 << 20;

  /** The shortest record, an empty object. */
  private static final int SHORTEST_RECORD = 2;

  private Unfolding() {}

  /**
   * Passes messages whose attributes are not repeated without measure.
   *
   * @param bodyBytes of the body that they came in
   * @throws ProblemException when they are
   */
  static void check(List<Message> messages, @Nullable String attributesField, long bodyBytes)
      throws IOException {
    var most = FREE_BYTES + MAX_GROWTH * bodyBytes;
    var atMost = 0L;
    for (var message : messages) {
      atMost += repeated(message, attributesField) * (message.length() / SHORTEST_RECORD + 1L);
    }
    if (atMost <= most) {
      return; // nearly always, so that records are not counted first
    }
    var left = most;
    for (var message : messages) {
      var each = repeated(message, attributesField);
      left -= each * records(message, left / Math.max(each, 1));
      if (left < 0) {
        throw new ProblemException(
            ProblemType.BODY_TOO_LARGE,
            ("Each record takes its message's attributes along, and with them these records would"
                    + " be more than %d times as large as the body. Send fewer records in a message,"
                    + " or shorter attributes.")
                .formatted(MAX_GROWTH));
      }
    }
  }

  /** What each record has of its message: in headers, and perhaps once more in a field. */
  private static long repeated(Message message, @Nullable String attributesField) {
    return message.attributeBytes() * (attributesField == null ? 1 : 2);
  }

  /** How many records it has; when there are more than so many, one more than these. */
  private static long records(Message message, long most) throws IOException {
    var records = new MessageRecords(message, null);
    var count = 0L;
    while (count <= most && records.next()) {
      count++;
    }
    return count;
  }
}
