package dev.acequia.stores.bigquery.client;

import com.google.api.gax.core.CredentialsProvider;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.ServiceOptions;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteClient;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteSettings;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import io.grpc.ManagedChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Clients of BigQuery's two interfaces, under the process's identity. */
public final class Clients {
  /** A call that the service could not take is made again sooner than the client's second. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

  /** How long a call about a stream is made again; the client's own limit is ten minutes. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final List<String> SCOPES = List.of("https://www.googleapis.com/auth/bigquery");

  private Clients() {}

  /**
   * Statements and tables.
   *
   * @param environment has {@code STORE_CREDENTIALS}, or the process has an identity of its own
   */
  public static BigQuery statements(
      StoreDefinition.BigQuery store, Map<String, String> environment) {
    var options = BigQueryOptions.newBuilder().setProjectId(store.project());
    if (store.location() != null) {
      options.setLocation(store.location());
    }
    if (store.endpoint() != null) {
      options.setHost(store.endpoint());
    }
    return options
        .setRetrySettings(
            ServiceOptions.getDefaultRetrySettings().toBuilder()
                .setInitialRetryDelayDuration(FIRST_PAUSE)
                .build())
        .setCredentials(
            isPlain(store.endpoint()) ? NoCredentials.getInstance() : credentials(environment))
        .build()
        .getService();
  }

  /** Rows. */
  public static BigQueryWriteClient rows(
      StoreDefinition.BigQuery store, Map<String, String> environment) {
    var settings = BigQueryWriteSettings.newBuilder();
    settings.createWriteStreamSettings().retrySettings().setTotalTimeoutDuration(PATIENCE);
    settings.finalizeWriteStreamSettings().retrySettings().setTotalTimeoutDuration(PATIENCE);
    var endpoint = store.storageEndpoint();
    if (endpoint != null) {
      var uri = URI.create(endpoint);
      var channel =
          InstantiatingGrpcChannelProvider.newBuilder()
              .setEndpoint(uri.getHost() + ":" + (uri.getPort() < 0 ? 443 : uri.getPort()));
      if (isPlain(endpoint)) {
        channel.setChannelConfigurator(ManagedChannelBuilder::usePlaintext);
      }
      settings.setTransportChannelProvider(channel.build());
    }
    settings.setCredentialsProvider(
        isPlain(endpoint) ? NoCredentialsProvider.create() : provider(environment));
    try {
      return BigQueryWriteClient.create(settings.build());
    } catch (IOException e) {
      throw new IllegalStateException("no client of the Storage Write API: " + e.getMessage(), e);
    }
  }

  private static CredentialsProvider provider(Map<String, String> environment) {
    return FixedCredentialsProvider.create(credentials(environment));
  }

  /** An identity is never sent in the clear. */
  private static boolean isPlain(@Nullable String endpoint) {
    return endpoint != null && endpoint.startsWith("http://");
  }

  private static Credentials credentials(Map<String, String> environment) {
    var key = RuntimeVariable.STORE_CREDENTIALS.in(environment);
    try {
      return key.isPresent()
          ? ServiceAccountCredentials.fromStream(
                  new ByteArrayInputStream(key.get().getBytes(StandardCharsets.UTF_8)))
              .createScoped(SCOPES)
          : GoogleCredentials.getApplicationDefault().createScoped(SCOPES);
    } catch (IOException e) {
      throw new IllegalStateException(
          key.isPresent()
              ? "STORE_CREDENTIALS is no key of a service account: " + e.getMessage()
              : "there is no identity for BigQuery: " + e.getMessage(),
          e);
    }
  }
}
