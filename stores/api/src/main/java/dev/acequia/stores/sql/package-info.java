/** Parts of a query as SQL text, for stores that are asked in a dialect of it. */
@NullMarked
package dev.acequia.stores.sql;

import org.jspecify.annotations.NullMarked;
