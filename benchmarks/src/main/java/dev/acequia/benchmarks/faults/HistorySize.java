package dev.acequia.benchmarks.faults;

import java.time.Duration;

/**
 * How much of a history a store can take.
 *
 * @param partitions the topic's
 * @param ids in each mode
 * @param keys that are written at a time
 * @param recordsPerKey how often a key is written on average before it is left as it is
 * @param pollInterval between two looks at the stored offsets
 */
record HistorySize(int partitions, long ids, int keys, int recordsPerKey, Duration pollInterval) {}
