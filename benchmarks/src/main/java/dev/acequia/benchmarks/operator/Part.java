package dev.acequia.benchmarks.operator;

/** What can be shown of the operator, in the order in which it is. */
enum Part {
  /** A new image reaches a few pipelines at a time. */
  RELEASE,
  /** A large fleet fits in memory, and costs the API server nothing while nothing changes. */
  FLEET,
  /** A Kafka that does not answer holds up nothing that does not need it. */
  SILENT
}
