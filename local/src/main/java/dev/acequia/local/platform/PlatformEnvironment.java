package dev.acequia.local.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * How a person's own programs reach the platform; {@code platform.env} holds the same.
 *
 * @param kafkaProperties settings of a client of Kafka that may do everything; null where anyone
 *     may
 * @param postgresUri with credentials, for psql
 * @param bucket null where no S3 server runs
 * @param dynamo null where nothing stands in for DynamoDB
 * @param bigquery null where nothing stands in for BigQuery
 */
public record PlatformEnvironment(
    Path kubeconfig,
    String kafkaBootstrapServers,
    @Nullable Path kafkaProperties,
    String postgresUri,
    @Nullable LakeBucket bucket,
    @Nullable DynamoStandIn dynamo,
    @Nullable BigQueryStandIn bigquery) {
  private static final String KUBECONFIG = "KUBECONFIG";
  private static final String KAFKA = "KAFKA_BOOTSTRAP_SERVERS";
  private static final String KAFKA_PROPERTIES = "KAFKA_PROPERTIES_FILE";
  private static final String POSTGRES = "POSTGRES_URI";
  private static final String S3 = "S3_ENDPOINT";
  private static final String S3_ID = "S3_ACCESS_KEY_ID";
  private static final String S3_SECRET = "S3_SECRET_ACCESS_KEY";
  private static final String DYNAMO = "DYNAMODB_ENDPOINT";
  private static final String BIGQUERY = "BIGQUERY_ENDPOINT";
  private static final String BIGQUERY_ROWS = "BIGQUERY_STORAGE_ENDPOINT";

  /** Reads what {@link #write} wrote. */
  public static PlatformEnvironment read(Path file) throws IOException {
    var values = new LinkedHashMap<String, String>();
    for (var line : Files.readAllLines(file)) {
      var equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    if (!values.keySet().containsAll(List.of(KUBECONFIG, KAFKA, POSTGRES))) {
      throw new IOException(file + " is not complete");
    }
    return new PlatformEnvironment(
        Path.of(values.getOrDefault(KUBECONFIG, "")),
        values.getOrDefault(KAFKA, ""),
        values.containsKey(KAFKA_PROPERTIES)
            ? Path.of(values.getOrDefault(KAFKA_PROPERTIES, ""))
            : null,
        values.getOrDefault(POSTGRES, ""),
        values.containsKey(S3)
            ? new LakeBucket(
                values.getOrDefault(S3, ""),
                values.getOrDefault(S3_ID, ""),
                values.getOrDefault(S3_SECRET, ""))
            : null,
        values.containsKey(DYNAMO) ? new DynamoStandIn(values.getOrDefault(DYNAMO, "")) : null,
        values.containsKey(BIGQUERY)
            ? new BigQueryStandIn(
                values.getOrDefault(BIGQUERY, ""), values.getOrDefault(BIGQUERY_ROWS, ""))
            : null);
  }

  /** Settings of a client of Kafka that may do everything; the map is the caller's to change. */
  public Map<String, Object> kafka() {
    var settings = new HashMap<String, Object>();
    if (kafkaProperties != null) {
      var all = new Properties();
      try (var reader = Files.newBufferedReader(kafkaProperties)) {
        all.load(reader);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      all.forEach((name, value) -> settings.put(String.valueOf(name), value));
    }
    settings.put("bootstrap.servers", kafkaBootstrapServers);
    return settings;
  }

  void write(Path file) throws IOException {
    var text = new StringBuilder();
    text.append(KUBECONFIG).append('=').append(kubeconfig).append('\n');
    text.append(KAFKA).append('=').append(kafkaBootstrapServers).append('\n');
    if (kafkaProperties != null) {
      text.append(KAFKA_PROPERTIES).append('=').append(kafkaProperties).append('\n');
    }
    text.append(POSTGRES).append('=').append(postgresUri).append('\n');
    if (bucket != null) {
      text.append(S3).append('=').append(bucket.endpoint()).append('\n');
      text.append(S3_ID).append('=').append(bucket.accessKeyId()).append('\n');
      text.append(S3_SECRET).append('=').append(bucket.secretAccessKey()).append('\n');
    }
    if (dynamo != null) {
      text.append(DYNAMO).append('=').append(dynamo.endpoint()).append('\n');
    }
    if (bigquery != null) {
      text.append(BIGQUERY).append('=').append(bigquery.endpoint()).append('\n');
      text.append(BIGQUERY_ROWS).append('=').append(bigquery.storageEndpoint()).append('\n');
    }
    PrivateFile.write(file, text.toString());
  }
}
