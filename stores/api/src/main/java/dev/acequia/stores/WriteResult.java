package dev.acequia.stores;

/** What became of a batch. */
public sealed interface WriteResult {
  /**
   * It is in the store, once.
   *
   * @param duplicates rows that were there already
   * @param rejected rows that the store refused
   */
  record Stored(int rows, int duplicates, int rejected) implements WriteResult {}

  /**
   * Nothing is in the store: a partition has been claimed by another since, or the table has
   * another schema. Claim anew what is still assigned.
   */
  record Overtaken() implements WriteResult {}
}
