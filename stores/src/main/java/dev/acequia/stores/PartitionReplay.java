package dev.acequia.stores;

import java.util.UUID;

/**
 * The replay that a partition was last rewound for. It is under way while the next offset is less
 * than {@code until}; records before that were stored, dropped or put aside before.
 *
 * @param from the first offset that is read again
 * @param until the offset before which it ends
 * @param resume where reading goes on then
 */
public record PartitionReplay(UUID id, long from, long until, long resume) {}
