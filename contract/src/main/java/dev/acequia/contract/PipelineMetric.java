package dev.acequia.contract;

import java.util.List;

/**
 * Every metric of Acequia: its name, meaning and labels, and who may expose it. Dashboards, alert
 * rules and what is scraped are checked against this list. The metrics of pipelines carry {@code
 * pipeline_namespace} and {@code pipeline} before their own labels, and rules and boards join on
 * these two.
 */
public enum PipelineMetric {
  INGEST_RECORDS(
      Source.PIPELINE,
      Kind.COUNTER,
      "acequia_ingest_records_total",
      "Records received over HTTP, by what became of them: accepted, rejected, failed.",
      "result"),
  INGEST_REQUEST(
      Source.PIPELINE,
      Kind.HISTOGRAM,
      "acequia_ingest_request_seconds",
      "Time to answer a push, all records durable.",
      "status"),
  CONSUMER_RECORDS(
      Source.PIPELINE,
      Kind.COUNTER,
      "acequia_consumer_records_total",
      "Records taken from the topic, by what became of them: stored, duplicate, dead_letter.",
      "result"),
  CONSUMER_LAG(
      Source.PIPELINE,
      Kind.GAUGE,
      "acequia_consumer_lag_records",
      "Records in the topic that this consumer has yet to store, by partition.",
      "partition"),
  CONSUMER_PARTITIONS(
      Source.PIPELINE,
      Kind.GAUGE,
      "acequia_consumer_partitions",
      "Partitions that Kafka has assigned to this consumer."),
  CONSUMER_STANDSTILL(
      Source.PIPELINE,
      Kind.GAUGE,
      "acequia_consumer_standstill_seconds",
      "Longest time for which a partition of this consumer has had lag without progress, in"
          + " seconds; 0 without lag."),
  FRESHNESS(
      Source.PIPELINE,
      Kind.HISTOGRAM,
      "acequia_freshness_seconds",
      "Time from a record's acceptance to its being queryable."),
  STORE_WRITE(
      Source.PIPELINE,
      Kind.HISTOGRAM,
      "acequia_store_write_seconds",
      "Time of one batch's transaction in the store."),
  STORE_READ(
      Source.PIPELINE,
      Kind.HISTOGRAM,
      "acequia_store_read_seconds",
      "Time the store takes for one query, to its last row."),
  HOUSEKEEPING_FAILING(
      Source.PIPELINE,
      Kind.GAUGE,
      "acequia_consumer_housekeeping_failing_since_timestamp_seconds",
      "Since when housekeeping of a subject has not worked, in Unix time; 0 while it works.",
      "subject"),
  STORE_FILES(
      Source.PIPELINE,
      Kind.GAUGE,
      "acequia_store_files",
      "Files of a lake's table as its API planned it last, by what they have: rows, deletes,"
          + " manifests; 0 before the first query.",
      "content"),
  QUERY_REQUEST(
      Source.PIPELINE,
      Kind.HISTOGRAM,
      "acequia_query_request_seconds",
      "Time to answer a query.",
      "status"),
  API_HELD(
      Source.PIPELINE,
      Kind.GAUGE,
      "acequia_api_held_bytes",
      "Bytes that an API process's requests hold now, by bound: bodies, unproved_bodies, decoders,"
          + " topic, pages, page_files, compressors. Beyond a bound, requests wait or are answered"
          + " 503.",
      "bound"),
  ACCESS_REQUESTS(
      Source.PIPELINE,
      Kind.COUNTER,
      "acequia_access_requests_total",
      "Requests by what became of them before they reached an endpoint: open (nobody is asked who"
          + " they are), granted, unauthenticated, forbidden, rate_limited, unverifiable.",
      "result"),
  PIPELINE_INFO(
      Source.OPERATOR_OF_PIPELINE,
      Kind.INFO,
      "acequia_pipeline_info",
      "Always 1; the labels describe the pipeline.",
      "topic",
      "store",
      "mode"),
  PIPELINE_READY(
      Source.OPERATOR_OF_PIPELINE,
      Kind.GAUGE,
      "acequia_pipeline_ready",
      "1 when the pipeline's Ready condition is True, else 0."),
  PIPELINE_STALLED(
      Source.OPERATOR_OF_PIPELINE,
      Kind.GAUGE,
      "acequia_pipeline_stalled",
      "1 when the pipeline's Stalled condition is True: only a person can help."),
  PIPELINE_PARTITIONS(
      Source.OPERATOR_OF_PIPELINE,
      Kind.GAUGE,
      "acequia_pipeline_partitions",
      "Partitions of the topic that need a consumer; 0 while the pipeline has none by its spec."),
  PIPELINE_STOPPED(
      Source.OPERATOR_OF_PIPELINE,
      Kind.GAUGE,
      "acequia_pipeline_stopped_since_timestamp_seconds",
      "Since when the spec asks for no consumers and none run, in Unix time; 0 while it asks for"
          + " some."),
  PIPELINE_RETENTION(
      Source.OPERATOR_OF_PIPELINE,
      Kind.GAUGE,
      "acequia_pipeline_retention_seconds",
      "The retention of the pipeline's topic."),
  PIPELINE_PROTECTED(
      Source.OPERATOR_OF_PIPELINE,
      Kind.GAUGE,
      "acequia_pipeline_protected",
      "0 while the pipeline's API is open to everyone."),
  PIPELINE_UNKNOWN(
      Source.OPERATOR_OF_PIPELINE,
      Kind.GAUGE,
      "acequia_pipeline_unknown",
      "1 while the operator cannot look at the pipeline, so that its other gauges may be old, else"
          + " 0."),
  PIPELINE_WANTED_PROCESSES(
      Source.OPERATOR_OF_PIPELINE,
      Kind.GAUGE,
      "acequia_pipeline_wanted_processes",
      "Processes of a component (api, consumer) that should run; 0 before its first start and while"
          + " the spec asks for none.",
      "component"),
  PIPELINE_READY_PROCESSES(
      Source.OPERATOR_OF_PIPELINE,
      Kind.GAUGE,
      "acequia_pipeline_ready_processes",
      "Those of them that are ready.",
      "component"),
  SLO_FRESHNESS(
      Source.OPERATOR_OF_PIPELINE,
      Kind.GAUGE,
      "acequia_pipeline_slo_freshness_seconds",
      "The freshness that the pipeline promises."),
  SLO_AVAILABILITY(
      Source.OPERATOR_OF_PIPELINE,
      Kind.GAUGE,
      "acequia_pipeline_slo_availability_ratio",
      "The share of requests that the pipeline promises to answer, 0 to 1."),
  RECONCILE(
      Source.OPERATOR,
      Kind.HISTOGRAM,
      "acequia_reconcile_seconds",
      "Time of one reconcile.",
      "result"),
  RECONCILE_IN_PROGRESS(
      Source.OPERATOR,
      Kind.GAUGE,
      "acequia_reconcile_oldest_start_timestamp_seconds",
      "When the oldest reconcile in progress began, in Unix time; 0 when none is in progress."),
  RECONCILE_QUEUE(
      Source.OPERATOR,
      Kind.GAUGE,
      "acequia_reconcile_retrying_resources",
      "Pipelines whose last reconcile failed and will be tried again."),
  RECONCILE_FAILING(
      Source.OPERATOR,
      Kind.GAUGE,
      "acequia_reconcile_failing_since_timestamp_seconds",
      "Since when the resource of this namespace that has failed longest has had no reconcile"
          + " without an error, in Unix time.",
      "watched_namespace"),
  OPERATOR_LEADING(
      Source.OPERATOR,
      Kind.GAUGE,
      "acequia_operator_leading",
      "1 once this process has read what is there and holds the lease, so that it reconciles, else"
          + " 0."),
  UNREAD_NAMESPACE(
      Source.OPERATOR,
      Kind.GAUGE,
      "acequia_reconcile_unread_namespace",
      "1 while the operator lacks a right in this namespace of watchNamespaces and leaves its"
          + " pipelines alone, else 0.",
      "watched_namespace"),
  FULL_NAMESPACE(
      Source.OPERATOR,
      Kind.GAUGE,
      "acequia_reconcile_full_namespace",
      "1 while the objects of this namespace that look like pipelines' take all the memory that the"
          + " operator has for one, so that it does not see further ones, else 0.",
      "watched_namespace"),
  ROLLOUT_PIPELINES(
      Source.OPERATOR,
      Kind.GAUGE,
      "acequia_rollout_pipelines",
      "Pipelines that do not have the platform's newest version, by how they stand: waiting for a"
          + " slot, stopped since too many failed with a release (stopped), a store's Secret"
          + " (stopped-store-secret), Kafka's certificate (stopped-kafka-certificate), a password"
          + " for Kafka (stopped-kafka-password) or a new topic (stopped-topic), updating, failed,"
          + " behind since its spec is refused or a Secret is missing.",
      "state"),
  REMOVAL_LEFT(
      Source.OPERATOR,
      Kind.GAUGE,
      "acequia_removal_left_timestamp_seconds",
      "When a deleted pipeline of this namespace last left something behind, in Unix time, by what"
          + " it was: topics, table.",
      "pipeline_namespace",
      "what"),
  KAFKA_CALLS_WAITING(
      Source.OPERATOR,
      Kind.GAUGE,
      "acequia_kafka_calls_waiting",
      "Calls of the operator to Kafka that wait for their turn, or for another try."),
  KAFKA_CALLS_OLDEST_WAIT(
      Source.OPERATOR,
      Kind.GAUGE,
      "acequia_kafka_calls_oldest_wait_seconds",
      "For how long the oldest of them has waited; 0 when none waits.");

  /** Who exposes it. Owners run their pipelines' Pods, so a Pod's word is about itself alone. */
  public enum Source {
    /** A process of a pipeline, about that pipeline. */
    PIPELINE,
    /** The operator, about one pipeline. */
    OPERATOR_OF_PIPELINE,
    /** The operator, about itself or all pipelines. */
    OPERATOR
  }

  /** What kind of time series it is. */
  public enum Kind {
    COUNTER,
    GAUGE,
    /** A gauge that is always 1, for the sake of its labels. */
    INFO,
    HISTOGRAM
  }

  /** The labels that tell one pipeline from another. */
  public static final List<String> PIPELINE_LABELS = List.of("pipeline_namespace", "pipeline");

  private final Source source;
  private final Kind kind;
  private final String exposedName;
  private final String help;
  private final List<String> ownLabels;

  PipelineMetric(Source source, Kind kind, String exposedName, String help, String... ownLabels) {
    this.source = source;
    this.kind = kind;
    this.exposedName = exposedName;
    this.help = help;
    this.ownLabels = List.of(ownLabels);
  }

  public Source source() {
    return source;
  }

  public Kind kind() {
    return kind;
  }

  /**
   * The name as scraped; a histogram's series add {@code _bucket}, {@code _sum} and {@code _count}.
   */
  public String exposedName() {
    return exposedName;
  }

  public String help() {
    return help;
  }

  /** The labels beside those of the pipeline. */
  public List<String> ownLabels() {
    return ownLabels;
  }

  /** Whether a series of it belongs to one pipeline. */
  public boolean perPipeline() {
    return source != Source.OPERATOR;
  }
}
