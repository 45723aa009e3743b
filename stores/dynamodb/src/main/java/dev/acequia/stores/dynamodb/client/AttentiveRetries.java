package dev.acequia.stores.dynamodb.client;

import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenResponse;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RecordSuccessResponse;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;

/**
 * The retries of another strategy, of whose throttled calls a {@link Pace} hears. The SDK's own
 * adaptive strategy slows down once for each throttled call, and calls that run together then bring
 * it to a halt.
 */
final class AttentiveRetries implements RetryStrategy {
  private final RetryStrategy retries;
  private final Pace pace;

  AttentiveRetries(RetryStrategy retries, Pace pace) {
    this.retries = retries;
    this.pace = pace;
  }

  @Override
  public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
    return retries.acquireInitialToken(request);
  }

  @Override
  public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
    if (request.failure() instanceof SdkServiceException failure
        && failure.isThrottlingException()) {
      pace.throttled();
    }
    return retries.refreshRetryToken(request);
  }

  @Override
  public RecordSuccessResponse recordSuccess(RecordSuccessRequest request) {
    return retries.recordSuccess(request);
  }

  @Override
  public int maxAttempts() {
    return retries.maxAttempts();
  }

  /** Or the client would replace this strategy by one that it builds. */
  @Override
  public boolean useClientDefaults() {
    return false;
  }

  @Override
  public Builder<?, ?> toBuilder() {
    return retries.toBuilder();
  }
}
