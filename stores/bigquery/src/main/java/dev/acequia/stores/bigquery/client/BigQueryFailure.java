package dev.acequia.stores.bigquery.client;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode;
import com.google.cloud.bigquery.BigQueryError;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.JobException;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the failure of a call means. Overload, quotas, timeouts and all that passes are the store's
 * trouble. A missing table or right, and a request that the service does not take, need a person.
 */
public final class BigQueryFailure {
  /** Reasons that pass by themselves. https://cloud.google.com/bigquery/docs/error-messages */
  private static final Set<String> PASSING =
      Set.of(
          "backendError",
          "internalError",
          "jobBackendError",
          "jobInternalError",
          "jobRateLimitExceeded",
          "quotaExceeded",
          "rateLimitExceeded",
          "resourceInUse",
          "stopped",
          "tableUnavailable",
          "timeout");

  /** What an identity is refused with that was withdrawn, or never was one. */
  private static final List<String> NO_IDENTITY =
      List.of("invalid_grant", "invalid_client", "Invalid JWT Signature");

  /**
   * A statement that met others more often than the service retries it, or found the queue of its
   * table full. https://cloud.google.com/bigquery/docs/data-manipulation-language#limitations
   */
  private static final List<String> CONFLICTS =
      List.of(
          "Could not serialize access",
          "Too many DML statements outstanding",
          "DML statement has been queued for too long");

  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICTING = 409;
  private static final int NOT_IMPLEMENTED = 501;

  private BigQueryFailure() {}

  /** A call that may fail. */
  @FunctionalInterface
  public interface Call<T> {
    T run() throws InterruptedException;
  }

  /** Makes a call for a load or a migration. */
  public static <T> T of(Call<T> call) throws StoreUnavailableException {
    try {
      return call.run();
    } catch (BigQueryException e) {
      throw of(e);
    } catch (JobException e) {
      throw of(e);
    } catch (ApiException e) {
      throw of(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted", e);
    }
  }

  /** The failure of a statement, or of a call about a table. */
  public static StoreUnavailableException of(BigQueryException failure) {
    var reason = reason(failure);
    return isRefusal(failure.getCode(), reason, words(failure)) || hasNoIdentity(failure)
        ? new StoreRefusedException(words(failure), failure)
        : new StoreUnavailableException(words(failure), failure);
  }

  private static StoreUnavailableException of(JobException failure) {
    var error = failure.getErrors().isEmpty() ? null : failure.getErrors().getFirst();
    var reason = error == null || error.getReason() == null ? "" : error.getReason();
    var words = "BigQuery says " + reason + ": " + failure.getMessage();
    return isRefusal(BAD_REQUEST, reason, words)
        ? new StoreRefusedException(words, failure)
        : new StoreUnavailableException(words, failure);
  }

  /** The failure of a call about rows. */
  public static StoreUnavailableException of(ApiException failure) {
    var code = failure.getStatusCode().getCode();
    var words = "BigQuery says %s: %s".formatted(code, failure.getMessage());
    return isRefusal(code) || hasNoIdentity(failure)
        ? new StoreRefusedException(words, failure)
        : new StoreUnavailableException(words, failure);
  }

  /** Whether a status that came with an answer needs a person. */
  static boolean isRefusal(StatusCode.Code code) {
    return switch (code) {
      case PERMISSION_DENIED, UNAUTHENTICATED, INVALID_ARGUMENT, UNIMPLEMENTED -> true;
      // A table that was made just now may not be found for a while.
      case NOT_FOUND,
          OK,
          CANCELLED,
          UNKNOWN,
          DEADLINE_EXCEEDED,
          ALREADY_EXISTS,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS ->
          false;
    };
  }

  private static boolean isRefusal(int code, String reason, String words) {
    return CONFLICTS.stream().noneMatch(words::contains)
        && !PASSING.contains(reason)
        && Set.of(BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICTING, NOT_IMPLEMENTED)
            .contains(code);
  }

  /** Such a call never comes to BigQuery, so it has no code. */
  private static boolean hasNoIdentity(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .map(Throwable::getMessage)
        .filter(Objects::nonNull)
        .anyMatch(message -> NO_IDENTITY.stream().anyMatch(message::contains));
  }

  /** Whether others kept a statement from running, which has changed nothing. */
  static boolean isConflict(StoreUnavailableException failure) {
    var words = String.valueOf(failure.getMessage());
    return CONFLICTS.stream().anyMatch(words::contains);
  }

  /** Whether what was to be made is there. */
  static boolean isThere(BigQueryException failure) {
    return failure.getCode() == CONFLICTING || "duplicate".equals(failure.getReason());
  }

  private static String reason(BigQueryException failure) {
    BigQueryError error = failure.getError();
    var reason = error == null ? failure.getReason() : error.getReason();
    return reason == null ? "" : reason;
  }

  private static String words(BigQueryException failure) {
    var reason = reason(failure);
    return failure.getCode() == 0 && reason.isEmpty()
        ? "BigQuery cannot be reached: " + failure.getMessage()
        : "BigQuery says %s: %s"
            .formatted(
                reason.isEmpty() ? Integer.toString(failure.getCode()) : reason,
                failure.getMessage());
  }
}
