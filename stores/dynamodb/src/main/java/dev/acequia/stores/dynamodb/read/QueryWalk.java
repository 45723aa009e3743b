package dev.acequia.stores.dynamodb.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/**
 * The answers to a query, one call after the other. The service reads what was deleted or has
 * expired as well, and counts it before it leaves it out. So a walk asks for as many items as are
 * likely to hold the records that are wanted, and ends where it passes over too many.
 */
final class QueryWalk {
  /** Items of one call. */
  private static final int ITEMS_OF_A_CALL = 1_000;

  /** What one call reads at most. (API reference: Query) */
  private static final long BYTES_OF_A_CALL = 1 << 20;

  /**
   * What one query may take.
   *
   * @param items that are read and left out
   * @param bytes of those, about
   */
  record Limits(Duration time, long items, long bytes) {}

  static final Limits LIMITS = new Limits(Duration.ofSeconds(15), 100_000, 128L << 20);

  private final DynamoDbClient client;
  private final Limits limits;
  private final long deadline;
  private Optional<QueryRequest> next;
  private long read;
  private long found;
  private long bytesPassed;

  /**
   * Before its first call.
   *
   * @param first empty when no record can match
   */
  QueryWalk(DynamoDbClient client, Limits limits, Optional<QueryRequest> first) {
    this.client = client;
    this.limits = limits;
    deadline = System.nanoTime() + limits.time().toNanos();
    next = first;
  }

  boolean hasNext() {
    return next.isPresent();
  }

  /**
   * Makes the next call.
   *
   * @param wanted records; the answer may have more or fewer
   * @throws StoreReadException when that takes more than it may, or the service does not answer
   */
  QueryResponse next(long wanted) throws StoreReadException {
    if (System.nanoTime() > deadline) {
      throw new StoreReadException(
          Reason.TOO_SLOW, "the query took longer than %d s".formatted(limits.time().toSeconds()));
    }
    if (read - found > limits.items() || bytesPassed > limits.bytes()) {
      throw new StoreReadException(
          Reason.TOO_COSTLY,
          "among the records that the filter finds, more than %,d were deleted or have expired, and each of these is read: narrow the filter, or ask again when they are removed"
              .formatted(Math.min(limits.items(), read - found)));
    }
    var likely = Math.ceilDiv(wanted * (read + 1), found + 1);
    var request =
        next.orElseThrow().toBuilder().limit(Math.clamp(likely, 1, ITEMS_OF_A_CALL)).build();
    var answer = DynamoFailure.ofReading(() -> client.query(request));
    note(answer, request.limit());
    next =
        answer.hasLastEvaluatedKey() && !answer.lastEvaluatedKey().isEmpty()
            ? Optional.of(request.toBuilder().exclusiveStartKey(answer.lastEvaluatedKey()).build())
            : Optional.empty();
    return answer;
  }

  private void note(QueryResponse answer, int limit) {
    var items = answer.scannedCount();
    read += items;
    found += answer.count();
    if (items > 0 && items < limit) {
      bytesPassed += BYTES_OF_A_CALL * (items - answer.count()) / items;
    }
  }
}
