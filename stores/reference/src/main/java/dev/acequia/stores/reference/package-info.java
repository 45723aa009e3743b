/**
 * A store in memory, for tests only. It is the oracle that other stores are compared with, and the
 * example for whoever adds one: a table is one value that is copied, changed and set, so nothing
 * here is about locks, SQL or speed.
 */
@NullMarked
package dev.acequia.stores.reference;

import org.jspecify.annotations.NullMarked;
