package dev.acequia.stores.postgres;

import org.jspecify.annotations.Nullable;

/**
 * A record of a {@link ModelLog}.
 *
 * @param id what it says, unique; a later record of the same key has a higher one. A dead letter
 *     that is sent back says what it said before.
 * @param key never in two partitions, so that the order of its records is known
 * @param epoch the leader epoch under which it was written
 * @param source what the headers of a redriven record say; null for one that comes for the first
 *     time
 */
record ModelRecord(
    long id, int key, boolean deletes, boolean bad, int epoch, @Nullable ModelLetter source) {}
