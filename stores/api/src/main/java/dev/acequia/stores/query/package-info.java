/**
 * What can be asked of a store, and how rows come back: a {@link dev.acequia.stores.query.Query} is
 * checked against the schema when it is made, knows nothing of HTTP or SQL, and is answered row by
 * row into a {@link dev.acequia.stores.query.RowSink}.
 */
@NullMarked
package dev.acequia.stores.query;

import org.jspecify.annotations.NullMarked;
