package dev.acequia.contract;

import java.util.List;

/** What a store can be asked: a pure function of its definition. */
public sealed interface StoreQueries {
  /** Every query of the language. */
  record Any() implements StoreQueries {}

  /**
   * Records by their key, by the first fields of it, or by an index; no other query.
   *
   * @param indexes beside the key
   */
  record ByKey(List<KeyIndex> indexes) implements StoreQueries {
    public ByKey {
      indexes = List.copyOf(indexes);
    }
  }
}
