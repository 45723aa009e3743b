package dev.acequia.stores;

/**
 * Where a record stood first: its identity, wherever it is sent since.
 *
 * @param generation of the partition's log, since an offset means something else after a cut
 */
public record Origin(int generation, int partition, long offset) {}
