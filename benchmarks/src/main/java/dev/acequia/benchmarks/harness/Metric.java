package dev.acequia.benchmarks.harness;

import java.util.Locale;

/** What can be measured of a subject. The JSON report has the constant's name in lower case. */
public enum Metric {
  /** Of whatever the benchmark counts: records, rows, requests. */
  PER_SECOND("per second", "%,.0f"),
  /** The rate, divided by that of the limit in the same run. */
  RATIO_TO_LIMIT("x limit", "%.2f"),
  /** The rate, divided by that of the best peer in the same run. */
  RATIO_TO_PEER("x peer", "%.2f"),
  /** The 99th percentile of a duration; the report says of which. */
  P99_MS("p99 ms", "%,.1f"),
  /** The subject's own processes, from their start; the database's are not among them. */
  CPU_SECONDS_PER_MILLION("CPU s/million", "%.2f"),
  /** The largest resident set of the subject's own processes. */
  PEAK_RSS_MIB("peak RSS MiB", "%,.0f"),
  /** What PostgreSQL's processes spent on it. */
  POSTGRES_CPU_SECONDS_PER_MILLION("PostgreSQL CPU s/million", "%.2f"),
  /** What the broker spent on it. */
  KAFKA_CPU_SECONDS_PER_MILLION("Kafka CPU s/million", "%.2f"),
  /** From the start of the process to its first committed row. */
  COLD_START_MS("cold start ms", "%,.0f"),
  /** The median of the duration whose 99th percentile is told. */
  P50_MS("p50 ms", "%,.1f"),
  /** What the load generator spent on it. */
  GENERATOR_CPU_SECONDS_PER_MILLION("generator CPU s/million", "%.2f"),
  /** The rate in the first seconds of a process. */
  COLD_PER_SECOND("cold per second", "%,.0f"),
  /** How long the work took, from its beginning to its end. */
  TOOK_SECONDS("took s", "%,.1f"),
  /** What the subject's own processes spent on it. */
  CPU_SECONDS("CPU s", "%,.1f"),
  /** What is left of the heap after a full collection. */
  LIVE_HEAP_MIB("live heap MiB", "%,.1f"),
  /** The most pipelines that a change had reached and that did not serve it yet, at one time. */
  MOST_IN_FLIGHT("in flight", "%,.0f"),
  /** The most threads that waited for Kafka at one time. */
  THREADS_AT_KAFKA("threads at Kafka", "%,.0f"),
  /** Requests that change something in the API server. */
  WRITES("writes", "%,.0f"),
  /** The CPU time, divided by that of a plain loop with the service's own client. */
  CPU_RATIO("x loop's CPU", "%.2f");

  private final String heading;
  private final String format;

  Metric(String heading, String format) {
    this.heading = heading;
    this.format = format;
  }

  /** The column's heading. */
  String heading() {
    return heading;
  }

  /** A value as the table shows it. */
  String shown(double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /** The JSON property's name. */
  String property() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the JSON report has it for every result, as null where it was not measured. */
  boolean isAlwaysReported() {
    return compareTo(PEAK_RSS_MIB) <= 0;
  }
}
