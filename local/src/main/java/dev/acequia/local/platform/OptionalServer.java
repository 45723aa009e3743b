package dev.acequia.local.platform;

import java.util.Locale;

/** A server that a platform starts on request. */
public enum OptionalServer {
  /** An S3 server over a folder, for lakes. */
  S3,

  /** What stands in for Amazon DynamoDB, over a folder. */
  DYNAMODB,

  /** What stands in for Google BigQuery, over a folder. */
  BIGQUERY;

  /** As a person writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
