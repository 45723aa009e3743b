package dev.acequia.stores;

/**
 * A row that the store refuses by itself.
 *
 * @param row its number in the batch
 * @param reason the store's own words
 */
public record RowRejection(int row, String reason) {}
