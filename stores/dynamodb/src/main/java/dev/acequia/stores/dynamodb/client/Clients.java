package dev.acequia.stores.dynamodb.client;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;

/** Clients of the service, each for one use. Close them. */
public final class Clients {
  /** What a lost connection costs at most before the call is sent again. */
  private static final Duration ATTEMPT = Duration.ofSeconds(10);

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(25);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);

  private Clients() {}

  /**
   * How a client works.
   *
   * @param calls at a time
   * @param attempts of one call, the first included
   * @param patience with one call, its retries included
   */
  private record Use(int calls, int attempts, Duration patience) {}

  /** For a load, which waits rather than fails. */
  private static final Use WRITING = new Use(32, 10, Duration.ofSeconds(40));

  /** For someone who waits for an answer. */
  private static final Use READING = new Use(64, 4, Duration.ofSeconds(10));

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
    return client(store, environment, WRITING, new AttentiveRetries(retries(WRITING), pace));
  }

  /** A client for queries. */
  public static DynamoDbClient forReading(
      StoreDefinition.DynamoDb store, Map<String, String> environment) {
    return client(store, environment, READING, retries(READING));
  }

  private static DynamoDbClient client(
      StoreDefinition.DynamoDb store,
      Map<String, String> environment,
      Use use,
      RetryStrategy retries) {
    var builder =
        DynamoDbClient.builder()
            .region(Region.of(store.region()))
            .credentialsProvider(credentials(environment))
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .maxConnections(use.calls)
                    .connectionTimeout(CONNECT)
                    .socketTimeout(ATTEMPT)
                    .connectionAcquisitionTimeout(use.patience))
            .overrideConfiguration(
                settings ->
                    settings
                        .apiCallAttemptTimeout(ATTEMPT)
                        .apiCallTimeout(use.patience)
                        .retryStrategy(retries));
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
        .backoffStrategy(pauses())
        .throttlingBackoffStrategy(pauses())
        .retryOnException(TransactionConflictException.class)
        .circuitBreakerEnabled(false)
        .build();
  }

  /** The pauses between two attempts. */
  static BackoffStrategy pauses() {
    return BackoffStrategy.exponentialDelay(FIRST_PAUSE, LONGEST_PAUSE);
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
