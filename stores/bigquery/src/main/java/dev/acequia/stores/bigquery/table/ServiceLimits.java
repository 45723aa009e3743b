package dev.acequia.stores.bigquery.table;

import com.google.cloud.bigquery.StandardSQLTypeName;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/**
 * What this store assumes of BigQuery and no double proves, each with its source. Sizes are in
 * bytes.
 *
 * <p>Beside the numbers it relies on these rules:
 *
 * <ul>
 *   <li>A request of {@code AppendRows} is atomic. Rows of a committed stream can be read when they
 *       are acknowledged. A stream offset is taken once; a finalized stream takes no rows, and
 *       {@code FinalizeWriteStream} says how many it has.
 *       https://cloud.google.com/bigquery/docs/write-api
 *   <li>Rows with {@code _CHANGE_TYPE} go to the default stream. Of two changes of one key the one
 *       with the greater {@code _CHANGE_SEQUENCE_NUMBER} wins; it has up to four sections of up to
 *       16 hexadecimal digits, compared as unsigned numbers. Deletions are known for two days. A
 *       table with changes takes no {@code DELETE}, {@code UPDATE} and {@code MERGE}.
 *       https://cloud.google.com/bigquery/docs/change-data-capture
 *   <li>A statement that updates or deletes rows is atomic. Of two such statements on one partition
 *       that run at the same time, one runs again. A statement that only inserts disturbs nobody,
 *       also if it is a {@code MERGE}: so each change here updates a row that all others update.
 *       https://cloud.google.com/bigquery/docs/data-manipulation-language#dml_statement_conflicts
 *   <li>Expiration removes partitions by their time and leaves rows without one.
 *       https://cloud.google.com/bigquery/docs/managing-partitioned-tables#partition-expiration
 * </ul>
 */
public final class ServiceLimits {
  /**
   * Of a request of {@code AppendRows}. https://cloud.google.com/bigquery/quotas#write-api-limits
   */
  public static final int REQUEST_BYTES = 10_000_000;

  /** Of the rows in a request: the rest is for the schema, up to 2,000 columns, and the frame. */
  public static final int ROWS_BYTES = 9_000_000;

  /** Of one row, so that it fits into a request with its own envelope. */
  public static final int ROW_BYTES = 8_900_000;

  /** Columns of a primary key. https://cloud.google.com/bigquery/docs/change-data-capture */
  public static final int KEY_COLUMNS = 16;

  /** Columns of a table that takes changes; others have 10,000. As above. */
  public static final int COLUMNS = 2_000;

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
   * No column begins so, in whatever case.
   * https://cloud.google.com/bigquery/docs/schemas#column_names
   */
  private static final List<String> RESERVED =
      List.of(
          "_table_",
          "_file_",
          "_partition",
          "_row_timestamp",
          "__root__",
          "_colidentifier",
          "_change_sequence_number",
          "_change_type",
          "_change_timestamp");

  private ServiceLimits() {}

  /** Whether BigQuery takes no column of this name. */
  public static boolean isReserved(String column) {
    var name = column.toLowerCase(Locale.ROOT);
    return RESERVED.stream().anyMatch(name::startsWith);
  }

  /**
   * Whether a column can be part of a primary key, or rows be sorted by it.
   * https://cloud.google.com/bigquery/docs/clustered-tables#cluster_column_types
   */
  public static boolean canBeKey(StandardSQLTypeName type) {
    return type != StandardSQLTypeName.FLOAT64;
  }
}
