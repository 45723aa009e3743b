package dev.acequia.benchmarks.harness;

import java.util.Locale;

/** A store that a benchmark can be run on. */
public enum StoreChoice {
  POSTGRES,
  DYNAMODB,
  BIGQUERY;

  /** As a person writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
