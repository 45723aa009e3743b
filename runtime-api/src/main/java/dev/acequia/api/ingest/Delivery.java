package dev.acequia.api.ingest;

import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/** What became of the records of one request in Kafka. */
final class Delivery {
  private final long expected;
  private final RecordErrors refused = new RecordErrors();
  private long sent;
  private long pending;
  private long durable;
  private boolean underWay;
  private @Nullable Exception failure;
  private @Nullable TopicClient client;

  /**
   * Nothing is pending yet.
   *
   * @param expected about so many records will be sent, {@link Long#MAX_VALUE} when nobody knows
   */
  Delivery(long expected) {
    this.expected = expected;
  }

  long expected() {
    return expected;
  }

  /** The client that sends all records of this request: the one that sent its first. */
  synchronized TopicClient through(TopicClient current) {
    if (client == null) {
      client = current;
    }
    return client;
  }

  synchronized void sent() {
    sent++;
    pending++;
  }

  /** Called once for each record, by whichever thread learns of it. */
  synchronized void settled(long index, @Nullable Exception trouble) {
    pending--;
    if (trouble == null) {
      durable++;
    } else if (trouble instanceof RecordTooLargeException) {
      refused.add(
          new RecordErrors.RecordError(index, null, "the record is larger than the topic takes"));
    } else if (failure == null) {
      failure = trouble;
    }
    if (pending == 0) {
      notifyAll();
    }
  }

  /** Notes that a record may have left this process. */
  synchronized void handedOver() {
    underWay = true;
  }

  /** Waits until nothing is pending; the producer's own timeout bounds it. */
  synchronized void await() throws InterruptedException {
    while (pending > 0) {
      wait();
    }
  }

  synchronized boolean failed() {
    return failure != null;
  }

  synchronized @Nullable Exception failure() {
    return failure;
  }

  /** Whether some record may be in Kafka although the request failed. */
  synchronized boolean outcomeUnknown() {
    return underWay;
  }

  /** Records that Kafka holds by the topic's replication. */
  synchronized long durable() {
    return durable;
  }

  /** Records that were meant for Kafka and are not known to be in it. */
  synchronized long notDurable() {
    return sent - durable - refused.count();
  }

  /** Records that only Kafka could refuse. */
  synchronized RecordErrors refused() {
    return refused;
  }
}
