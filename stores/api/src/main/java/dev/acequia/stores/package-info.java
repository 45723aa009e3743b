/**
 * What a store does for a pipeline: a writer takes the topic's records, a reader answers queries, a
 * migration prepares the table. Each kind of store is a module beside this one; {@link
 * dev.acequia.stores.StoreProvider} finds it.
 */
@NullMarked
package dev.acequia.stores;

import org.jspecify.annotations.NullMarked;
