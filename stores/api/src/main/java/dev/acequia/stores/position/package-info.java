/**
 * Where partitions are read on, and the generations of their logs: what a migration makes of both,
 * for stores that keep them as they like.
 */
@NullMarked
package dev.acequia.stores.position;

import org.jspecify.annotations.NullMarked;
