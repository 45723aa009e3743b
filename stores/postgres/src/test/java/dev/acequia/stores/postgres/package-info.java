/** PostgreSQL as a store, against a real one. */
@NullMarked
package dev.acequia.stores.postgres;

import org.jspecify.annotations.NullMarked;
