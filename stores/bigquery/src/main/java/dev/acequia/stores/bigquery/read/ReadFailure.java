package dev.acequia.stores.bigquery.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the failure of a call means for a query, in words that name no project, table or account.
 */
final class ReadFailure {
  private static final Logger LOG = LoggerFactory.getLogger(ReadFailure.class);

  private static final int UNAUTHORIZED = 401;

  private ReadFailure() {}

  /**
   * The failure of a call that was answered. An answer that may pass was asked for several times.
   *
   * @param advice what a query can do that would read too much
   */
  static StoreReadException of(ServiceException error, String advice) {
    return switch (error.reason()) {
      case "bytesBilledLimitExceeded" -> new StoreReadException(Reason.TOO_COSTLY, advice, error);
      case "resourcesExceeded" ->
          new StoreReadException(
              Reason.TOO_COSTLY,
              "the query needs more memory than it may have: ask for fewer rows, fields or groups",
              error);
      case "responseTooLarge" ->
          new StoreReadException(
              Reason.TOO_COSTLY, "the result is too large: ask for fewer rows or fields", error);
      case "rateLimitExceeded", "jobRateLimitExceeded", "quotaExceeded" ->
          new StoreReadException(Reason.BUSY, "the store has no capacity just now", error);
      case "stopped", "timeout" ->
          new StoreReadException(Reason.TOO_SLOW, "the store ended the query", error);
      default -> error.passes() || error.status() == UNAUTHORIZED ? silent(error) : refused(error);
    };
  }

  /** The failure of a call without an answer. */
  static StoreReadException of(IOException failure, Deadline deadline) {
    return deadline.isOver() ? deadline.exceeded() : silent(failure);
  }

  private static StoreReadException silent(Exception cause) {
    return new StoreReadException(Reason.UNAVAILABLE, "the store does not answer", cause);
  }

  private static StoreReadException refused(ServiceException error) {
    LOG.error("the store refused a query: {}", error.getMessage());
    return new StoreReadException(Reason.REFUSED, "the store refused the query", error);
  }

  /** The failure of a statement that is right, so one of its values is not. */
  static StoreReadException impossible(ServiceException error) {
    return new StoreReadException(
        Reason.IMPOSSIBLE, "the store cannot compute this: a value is out of range", error);
  }

  /** A row that is larger than is read. */
  static StoreReadException tooLarge(int maxBytes) {
    return new StoreReadException(
        Reason.TOO_LARGE,
        "a row of the result has more than %d MiB: ask for fewer or smaller fields with select"
            .formatted(maxBytes >> 20));
  }
}
