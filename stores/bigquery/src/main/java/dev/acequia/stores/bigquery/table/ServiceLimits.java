package dev.acequia.stores.bigquery.table;

import java.time.LocalDate;

/**
 * What this store assumes of BigQuery and no double proves, each with its source. Sizes are in
 * bytes.
 *
 * <p>Beside the numbers it relies on these rules:
 *
 * <ul>
 *   <li>A request of {@code AppendRows} is atomic. Rows of a committed stream can be read when they
 *       are acknowledged. A stream offset is taken once; a finalized stream takes no rows, and
 *       {@code FinalizeWriteStream} says how many it has, however often it is called.
 *       https://cloud.google.com/bigquery/docs/write-api
 *   <li>Rows with {@code _CHANGE_TYPE} go to the default stream. Of two changes of one key the one
 *       with the greater {@code _CHANGE_SEQUENCE_NUMBER} wins; it has up to four sections of up to
 *       16 hexadecimal digits, compared as unsigned numbers. Two changes of equal sequence are
 *       alike here, so it does not matter which one wins. Deletions are known for two days. A table
 *       with changes takes no {@code DELETE}, {@code UPDATE} and {@code MERGE}.
 *       https://cloud.google.com/bigquery/docs/change-data-capture
 *   <li>A statement that updates or deletes rows is atomic. Of two such statements on one partition
 *       that run at the same time, one runs again. A statement that only inserts disturbs nobody,
 *       also if it is a {@code MERGE}: so each change here updates a row that all others update.
 *       https://cloud.google.com/bigquery/docs/data-manipulation-language#dml_statement_conflicts
 *   <li>A column may change from INT64 to NUMERIC or BIGNUMERIC, and from NUMERIC to BIGNUMERIC. A
 *       new column may be null. A column that needs a value may become one that may be null.
 *       https://cloud.google.com/bigquery/docs/managing-table-schemas
 *   <li>A NUMERIC column takes integers as well as texts, so owners of the former schema go on
 *       while a column is widened. https://cloud.google.com/bigquery/docs/supported-data-types
 *   <li>A table that is made again has another time of creation, in milliseconds.
 *       https://cloud.google.com/bigquery/docs/reference/rest/v2/tables
 *   <li>Expiration removes partitions by their time and leaves rows without one.
 *       https://cloud.google.com/bigquery/docs/managing-partitioned-tables#partition-expiration
 * </ul>
 *
 * <p>Queries rely on these:
 *
 * <ul>
 *   <li>An answer of {@code jobs.query} and {@code jobs.getQueryResults} has at most 10 MB of rows.
 *       A second {@code jobs.query} with the same {@code requestId} within 15 minutes is the first.
 *       {@code jobTimeoutMs} ends a job, and {@code jobCreationMode} spares one whose rows fit the
 *       answer. https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query
 *   <li>A value's text in an answer has all its digits, a FLOAT64's too, and a NUMERIC that is cast
 *       to STRING has no zeros at its end.
 *       https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions
 *   <li>A statement that fails for one of its values is {@code invalidQuery}, and its dry run does
 *       not fail. https://cloud.google.com/bigquery/docs/error-messages
 *   <li>A query that is expected to read more than {@code maximumBytesBilled} fails and costs
 *       nothing. Clustering lowers what a query reads, and not what is expected.
 *       https://cloud.google.com/bigquery/docs/best-practices-costs
 *   <li>A table's {@code numRows} is without those that streamed in lately, which are estimated in
 *       {@code streamingBuffer}. https://cloud.google.com/bigquery/docs/reference/rest/v2/tables
 * </ul>
 */
public final class ServiceLimits {
  /**
   * Of the rows in a request of {@code AppendRows}, which has at most 10,000,000: the rest is for
   * the schema of up to 2,000 columns, and the frame.
   * https://cloud.google.com/bigquery/quotas#write-api-limits
   */
  public static final int ROWS_BYTES = 9_000_000;

  /** https://cloud.google.com/bigquery/docs/clustered-tables#limitations */
  public static final int CLUSTER_COLUMNS = 4;

  /** Digits of a NUMERIC before and after the point. */
  public static final int NUMERIC_BEFORE = 29;

  /** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types */
  public static final int NUMERIC_AFTER = 9;

  /** Digits of a BIGNUMERIC before the point that are surely there, and after it. */
  public static final int BIGNUMERIC_DIGITS = 38;

  /** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#date_type */
  public static final LocalDate FIRST_DATE = LocalDate.of(1, 1, 1);

  /** As above. */
  public static final LocalDate LAST_DATE = LocalDate.of(9999, 12, 31);

  /**
   * How old the time of a row may be in a partitioned table that takes rows by streams.
   * https://cloud.google.com/bigquery/docs/write-api#time-unit_column_partitioning
   */
  public static final int PARTITION_YEARS_BEFORE = 10;

  /** How far ahead it may be. As above. */
  public static final int PARTITION_YEARS_AFTER = 1;

  // Of queries.

  /** Parameters of one statement. https://cloud.google.com/bigquery/quotas#query_jobs */
  public static final int PARAMETERS = 10_000;

  private ServiceLimits() {}
}
