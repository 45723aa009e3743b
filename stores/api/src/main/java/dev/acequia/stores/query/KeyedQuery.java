package dev.acequia.stores.query;

import dev.acequia.contract.Field;
import dev.acequia.contract.KeyIndex;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a store that finds records by keys answers a query: all records of one value, and of these a
 * range that is read in order.
 *
 * @param index null for the record's own key
 * @param hash the value that all have
 * @param prefix the values of the first of the sorted fields, as many as are given
 * @param sorted the fields by which records of one value are ordered, those of the prefix first
 * @param from the least value of the field after the prefix; null for any
 * @param to the greatest one; null for any
 * @param descending whether the greatest comes first
 */
public record KeyedQuery(
    @Nullable KeyIndex index,
    Literal hash,
    List<Literal> prefix,
    List<Field> sorted,
    @Nullable Bound from,
    @Nullable Bound to,
    boolean descending) {

  /** The end of a range. */
  public record Bound(Literal value, boolean inclusive) {}

  public KeyedQuery {
    prefix = List.copyOf(prefix);
    sorted = List.copyOf(sorted);
  }

  /** Whether it names the whole key, so that one record has it at most. */
  public boolean isOfOne() {
    return index == null && prefix.size() == sorted.size();
  }
}
