package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.QueryParameterValue;
import com.google.cloud.bigquery.StandardSQLTypeName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Lists as the parameters of statements, in pieces that a request holds. */
final class ParameterLists {
  /** Entries of one statement: a few hundred KiB. */
  private static final int AT_ONCE = 5_000;

  private ParameterLists() {}

  static <T> List<List<T>> pieces(List<T> all) {
    var pieces = new ArrayList<List<T>>();
    for (var from = 0; from < all.size(); from += AT_ONCE) {
      pieces.add(all.subList(from, Math.min(from + AT_ONCE, all.size())));
    }
    return pieces;
  }

  static QueryParameterValue texts(List<String> texts) {
    return QueryParameterValue.array(texts.toArray(String[]::new), StandardSQLTypeName.STRING);
  }

  static <T> QueryParameterValue numbers(List<T> values, Function<T, Long> number) {
    return QueryParameterValue.array(
        values.stream().map(number).toArray(Long[]::new), StandardSQLTypeName.INT64);
  }
}
