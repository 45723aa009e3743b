/** Keeps a table small: merges its files, expires snapshots, removes files that nobody names. */
@NullMarked
package dev.acequia.stores.lake.maintain;

import org.jspecify.annotations.NullMarked;
