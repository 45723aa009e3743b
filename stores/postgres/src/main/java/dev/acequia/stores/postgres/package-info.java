/** PostgreSQL as a store. */
@NullMarked
package dev.acequia.stores.postgres;

import org.jspecify.annotations.NullMarked;
