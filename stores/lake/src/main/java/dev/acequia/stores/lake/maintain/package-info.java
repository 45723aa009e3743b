/** Keeps a table small: merges its files, expires snapshots, removes orphans. */
@NullMarked
package dev.acequia.stores.lake.maintain;

import org.jspecify.annotations.NullMarked;
