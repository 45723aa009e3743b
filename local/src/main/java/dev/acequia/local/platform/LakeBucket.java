package dev.acequia.local.platform;

import dev.acequia.servers.S3Server;
import java.util.Map;

/**
 * The bucket of an S3 server that lakes are in.
 *
 * @param endpoint {@code http://host:port}
 */
public record LakeBucket(String endpoint, String accessKeyId, String secretAccessKey) {
  static final String SECRET = "s3";
  private static final String NAME = "lakes";

  /** Creates the bucket if it does not exist yet. */
  static LakeBucket prepare(S3Server server) {
    server.createBucket(NAME);
    return new LakeBucket(server.endpoint(), server.accessKeyId(), server.secretAccessKey());
  }

  /** As a pipeline's {@code store.lake.secretName} wants it. */
  Map<String, String> secret() {
    return Map.of("accessKeyId", accessKeyId, "secretAccessKey", secretAccessKey);
  }

  /** The fields of {@code spec.store.lake} for a table in the bucket, but for the catalog. */
  String place(String pipeline) {
    return "location: \"s3://%s/%s\", endpoint: \"%s\", region: %s, secretName: %s"
        .formatted(NAME, pipeline, endpoint, S3Server.REGION, SECRET);
  }
}
