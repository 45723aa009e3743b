package dev.acequia.stores.dynamodb.client;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;

/** Clients of the service, each for one use. Close them. */
public final class Clients {
  /** The operator waits 8 s for two questions whether the store answers, a second apart. */
  static final Duration PROBE_PATIENCE = Duration.ofMillis(2_900);

  /** For a call that asks whether the store answers; it is sent twice if need be. */
  public static final AwsRequestOverrideConfiguration PROBE =
      AwsRequestOverrideConfiguration.builder()
          .apiCallAttemptTimeout(PROBE_PATIENCE.dividedBy(2))
          .apiCallTimeout(PROBE_PATIENCE)
          .build();

  private Clients() {}

  /**
   * How a client works.
   *
   * @param calls at a time
   * @param attempts of one call, the first included
   * @param attempt what a lost connection costs at most before the call is sent again
   * @param patience with one call, its retries included
   */
  record Use(int calls, int attempts, Duration attempt, Duration patience) {}

  /** For a load, which waits rather than fails. */
  static final Use WRITING = new Use(32, 10, Duration.ofSeconds(10), Duration.ofSeconds(40));

  /**
   * For someone who waits for an answer. One attempt leaves time for another; a shorter one would
   * send what is only slow twice, and make it slower.
   */
  static final Use READING = new Use(64, 4, Duration.ofSeconds(5), Duration.ofSeconds(10));

  /** The pace of a load. */
  public static Pace pace() {
    return new Pace(WRITING.calls);
  }

  /**
   * A client for loads and migrations.
   *
   * @param environment may have {@code STORE_ACCESS_KEY_ID} and {@code STORE_SECRET_ACCESS_KEY};
   *     otherwise the process's own identity counts
   */
  public static DynamoDbClient forWriting(
      StoreDefinition.DynamoDb store, Map<String, String> environment, Pace pace) {
    return client(
        store, environment, WRITING, new AttentiveRetries(retries(WRITING), pace), List.of());
  }

  /**
   * A client for loads, whose answers tell a clock the time.
   *
   * @param environment as above
   */
  public static DynamoDbClient forWriting(
      StoreDefinition.DynamoDb store,
      Map<String, String> environment,
      Pace pace,
      ServiceClock clock) {
    return client(
        store,
        environment,
        WRITING,
        new AttentiveRetries(retries(WRITING), pace),
        List.of(clock.listener()));
  }

  /** A client for queries. It says in the log when it is throttled. */
  public static DynamoDbClient forReading(
      StoreDefinition.DynamoDb store, Map<String, String> environment) {
    return client(
        store, environment, READING, new AttentiveRetries(retries(READING), pace()), List.of());
  }

  private static DynamoDbClient client(
      StoreDefinition.DynamoDb store,
      Map<String, String> environment,
      Use use,
      RetryStrategy retries,
      List<ExecutionInterceptor> listeners) {
    var builder =
        DynamoDbClient.builder()
            .region(Region.of(store.region()))
            .credentialsProvider(credentials(environment))
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .maxConnections(use.calls)
                    .connectionTimeout(use.attempt.dividedBy(2))
                    .socketTimeout(use.attempt)
                    .connectionAcquisitionTimeout(use.patience))
            .overrideConfiguration(
                settings ->
                    settings
                        .apiCallAttemptTimeout(use.attempt)
                        .apiCallTimeout(use.patience)
                        .retryStrategy(retries)
                        .executionInterceptors(listeners));
    var endpoint = store.endpoint();
    if (endpoint != null) {
      builder.endpointOverride(URI.create(endpoint));
    }
    return builder.build();
  }

  /** Pauses are random up to a limit that doubles. There is no quota of retries for all calls. */
  private static RetryStrategy retries(Use use) {
    return AwsRetryStrategy.standardRetryStrategy().toBuilder()
        .maxAttempts(use.attempts)
        .backoffStrategy(Pauses.strategy())
        .throttlingBackoffStrategy(Pauses.strategy())
        .retryOnException(TransactionConflictException.class)
        .retryOnException(TransactionInProgressException.class)
        .retryOnException(LimitExceededException.class)
        .circuitBreakerEnabled(false)
        .build();
  }

  private static AwsCredentialsProvider credentials(Map<String, String> environment) {
    return RuntimeVariable.STORE_ACCESS_KEY_ID
        .in(environment)
        .<AwsCredentialsProvider>map(
            id ->
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(
                        id, RuntimeVariable.STORE_SECRET_ACCESS_KEY.requiredIn(environment))))
        .orElseGet(() -> DefaultCredentialsProvider.builder().build());
  }
}
