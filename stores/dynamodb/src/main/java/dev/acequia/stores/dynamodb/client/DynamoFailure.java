package dev.acequia.stores.dynamodb.client;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/**
 * What the failure of a call means. Throttling, timeouts and all that passes are the store's
 * trouble; a missing table or right, and a request that the service does not take, need a person.
 */
public final class DynamoFailure {
  private static final Logger LOG = LoggerFactory.getLogger(DynamoFailure.class);

  /** Codes of the service, and of AWS for all services. */
  private static final Set<String> REFUSALS =
      Set.of(
          "AccessDeniedException",
          "IncompleteSignatureException",
          "InvalidSignatureException",
          "MissingAuthenticationTokenException",
          "UnrecognizedClientException",
          "ValidationException");

  private DynamoFailure() {}

  /** A call that may fail. */
  @FunctionalInterface
  public interface Call<T> {
    T run();
  }

  /** Makes a call for a load or a migration. */
  public static <T> T of(Call<T> call) throws StoreUnavailableException {
    try {
      return call.run();
    } catch (SdkException e) {
      throw of(e);
    }
  }

  /** Makes a call for a load or a migration whose answer says nothing. */
  public static void run(Runnable call) throws StoreUnavailableException {
    try {
      call.run();
    } catch (SdkException e) {
      throw of(e);
    }
  }

  /** The failure of a load or a migration. */
  public static StoreUnavailableException of(SdkException failure) {
    return isRefusal(failure)
        ? new StoreRefusedException(words(failure), failure)
        : isThrottling(failure)
            ? new ThrottledException(words(failure), failure)
            : new StoreUnavailableException(words(failure), failure);
  }

  /** Makes a call for a query. */
  public static <T> T ofReading(Call<T> call) throws StoreReadException {
    try {
      return call.run();
    } catch (SdkException e) {
      throw reading(reason(e), e);
    }
  }

  /** The failure of a query that has met the failure of a call. */
  public static StoreReadException ofReading(StoreUnavailableException failure) {
    return reading(
        failure instanceof ThrottledException
            ? Reason.BUSY
            : failure.getCause() instanceof SdkException cause ? reason(cause) : Reason.UNAVAILABLE,
        failure);
  }

  /** In words for anyone: the service's own name the account and its roles. */
  private static StoreReadException reading(Reason reason, Exception failure) {
    return switch (reason) {
      case BUSY -> new StoreReadException(reason, "the store has no capacity just now", failure);
      case REFUSED -> {
        LOG.error(
            "the store refused a query: {}",
            failure instanceof SdkException cause ? words(cause) : failure.getMessage());
        yield new StoreReadException(reason, "the store refused the query", failure);
      }
      case UNAVAILABLE, TOO_SLOW, TOO_COSTLY, TOO_LARGE, IMPOSSIBLE ->
          new StoreReadException(reason, "the store does not answer", failure);
    };
  }

  private static Reason reason(SdkException failure) {
    return isThrottling(failure)
        ? Reason.BUSY
        : isRefusal(failure) ? Reason.REFUSED : Reason.UNAVAILABLE;
  }

  private static boolean isThrottling(SdkException failure) {
    return failure instanceof AwsServiceException service && service.isThrottlingException();
  }

  private static boolean isRefusal(SdkException failure) {
    return failure instanceof ResourceNotFoundException
        || (failure instanceof AwsServiceException service
            && service.awsErrorDetails() != null
            && service.awsErrorDetails().errorCode() != null
            && REFUSALS.contains(service.awsErrorDetails().errorCode()));
  }

  private static String words(SdkException failure) {
    return failure instanceof AwsServiceException service && service.awsErrorDetails() != null
        ? "DynamoDB says %s: %s"
            .formatted(
                service.awsErrorDetails().errorCode(), service.awsErrorDetails().errorMessage())
        : "DynamoDB cannot be reached: " + failure.getMessage();
  }
}
