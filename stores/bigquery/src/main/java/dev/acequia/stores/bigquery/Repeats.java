package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.QueryParameterValue;
import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.TableNames;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The places of records that were not stored, since their idempotency keys were marked. */
final class Repeats {
  private static final String PLACES =
      "SELECT o AS topic_offset, @partitions[OFFSET(i)] AS topic_partition, @generations[OFFSET(i)] AS generation FROM UNNEST(@offsets) AS o WITH OFFSET AS i";

  private final Statements statements;
  private final String table;

  Repeats(Statements statements, TableNames names) {
    this.statements = statements;
    table = Statements.name(names.repeats());
  }

  /** Those of some places that are noted. */
  Set<Origin> find(Collection<Origin> places, long fill) throws StoreUnavailableException {
    var noted = new HashSet<Origin>();
    for (var some : ParameterLists.pieces(List.copyOf(places))) {
      statements
          .rows(
              """
              SELECT DISTINCT r.generation, r.topic_partition, r.topic_offset FROM %s AS r
              JOIN (%s) AS p ON r.generation = p.generation
                AND r.topic_partition = p.topic_partition AND r.topic_offset = p.topic_offset
              WHERE r.fill = @fill
              """
                  .formatted(table, PLACES),
              parameters(some, fill))
          .forEach(row -> noted.add(origin(row)));
    }
    return noted;
  }

  /** Notes places; one that is noted twice is one. */
  void note(Collection<Origin> places, long fill) throws StoreUnavailableException {
    for (var some : ParameterLists.pieces(List.copyOf(places))) {
      statements.change(
          "INSERT INTO %s (fill, generation, topic_partition, topic_offset, stored) SELECT @fill, generation, topic_partition, topic_offset, CURRENT_TIMESTAMP() FROM (%s)"
              .formatted(table, PLACES),
          parameters(some, fill));
    }
  }

  private static Map<String, QueryParameterValue> parameters(List<Origin> places, long fill) {
    return Map.of(
        "fill",
        QueryParameterValue.int64(fill),
        "generations",
        ParameterLists.numbers(places, place -> (long) place.generation()),
        "partitions",
        ParameterLists.numbers(places, place -> (long) place.partition()),
        "offsets",
        ParameterLists.numbers(places, Origin::offset));
  }

  /** An origin in a row that has the columns of the table. */
  static Origin origin(FieldValueList row) {
    return new Origin(
        (int) row.get("generation").getLongValue(),
        (int) row.get("topic_partition").getLongValue(),
        row.get("topic_offset").getLongValue());
  }
}
