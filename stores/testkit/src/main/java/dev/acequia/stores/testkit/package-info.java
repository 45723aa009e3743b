/**
 * The contract of a store as tests. Each abstract {@code …Contract} is one subject; a store extends
 * them all and gives each a {@link dev.acequia.stores.testkit.StoreFixture}. A new store begins
 * with {@link dev.acequia.stores.testkit.MigrationContract} and {@link
 * dev.acequia.stores.testkit.WritingContract}. {@link dev.acequia.stores.testkit.FuzzValues} are
 * the values of random queries, of stores and of the API.
 */
@NullMarked
package dev.acequia.stores.testkit;

import org.jspecify.annotations.NullMarked;
