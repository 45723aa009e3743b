package dev.acequia.benchmarks.faults;

import org.jspecify.annotations.Nullable;

/**
 * A row of the table, read without the product's code.
 *
 * @param key of upsert mode
 * @param addedFields how many of the fields that migrations added have a value
 */
record StoredRow(int partition, long offset, long id, @Nullable Integer key, int addedFields) {}
