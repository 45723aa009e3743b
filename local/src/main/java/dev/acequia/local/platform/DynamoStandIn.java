package dev.acequia.local.platform;

import dev.acequia.servers.DynamoDbServer;
import java.util.Map;

/**
 * What stands in for Amazon DynamoDB. It asks nobody for a key.
 *
 * @param endpoint {@code http://host:port}
 */
public record DynamoStandIn(String endpoint) {
  static final String SECRET = "dynamodb";

  /** As a pipeline's {@code store.dynamodb.secretName} wants it. */
  static Map<String, String> secret() {
    return Map.of("accessKeyId", "local", "secretAccessKey", "local");
  }

  /** {@code spec.store} of a table there, but for its indexes. */
  String place() {
    return "region: %s, endpoint: \"%s\", secretName: %s"
        .formatted(DynamoDbServer.REGION, endpoint, SECRET);
  }
}
