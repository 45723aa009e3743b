package dev.acequia.api.ingest;

/** How a push ended. */
sealed interface IngestResult {

  /** Every record is durable, or told of among the errors of a request that skips bad ones. */
  record Done(long accepted, RecordErrors errors) implements IngestResult {}

  /** Records do not fit the schema, and nothing was sent. */
  record Rejected(RecordErrors errors) implements IngestResult {}

  /**
   * Kafka did not take the records.
   *
   * @param accepted so many are durable for certain
   * @param notDurable so many were sent and are not
   * @param unknown whether others may be
   */
  record Failed(long accepted, long notDurable, boolean unknown, Exception cause)
      implements IngestResult {}

  /**
   * The body could not be read to its end; what came before has been dealt with.
   *
   * @param cause a {@link dev.acequia.api.http.ProblemException} or an {@link java.io.IOException}
   */
  record Broken(long accepted, RecordErrors errors, Exception cause) implements IngestResult {}

  static IngestResult broken(Delivery delivery, RecordErrors errors, Exception cause) {
    errors.addAll(delivery.refused());
    return new Broken(delivery.durable(), errors, cause);
  }

  static IngestResult of(Delivery delivery, RecordErrors errors) {
    var failure = delivery.failure();
    if (failure != null) {
      return new Failed(
          delivery.durable(), delivery.notDurable(), delivery.outcomeUnknown(), failure);
    }
    errors.addAll(delivery.refused());
    return new Done(delivery.durable(), errors);
  }
}
